#pragma once
#include "cli/command.hpp"

/// The library of mechanisms as one table.
namespace einsight::cli {

/// What `list mechanisms` answers: per mechanism its family, idea, cache, passes and operations at
/// its default parameters, with those of its form that decodes beside them. The text is a table for
/// people, or with `markdown` the page docs/attention-library.md. Fails with every problem of every
/// file.
core::Expected<Answer> mechanisms(bool markdown);

} // namespace einsight::cli
