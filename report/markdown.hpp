#pragma once
#include "report/document.hpp"

namespace einsight::report {

/// A report as Markdown: facts, and the tables behind the pictures, long ones cut with a sentence
/// that says so.
std::string markdown(const Document& document);

} // namespace einsight::report
