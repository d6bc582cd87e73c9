# One call per folder:
#   einsight_library(NAME einsum HEADERS cascade.hpp SOURCES cascade.cpp USES core config)
# Makes target einsight::einsum, lets others include "einsum/cascade.hpp", links what it uses,
# installs it with its headers (unless PROGRAM_ONLY: a part of the program, not of the package),
# and (with CMAKE_VERIFY_INTERFACE_HEADER_SETS) checks that each header compiles alone.
option(EINSIGHT_WARNINGS_ARE_ERRORS "Off for sanitizer builds, whose warnings are often false" ON)
add_library(einsight_warnings INTERFACE)
target_compile_options(einsight_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wconversion -Wshadow>
  $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${EINSIGHT_WARNINGS_ARE_ERRORS}>>:-Werror>
  # g++ 12 warns about its own std::string::insert and operator+ (GCC bug 105651).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>)

function(einsight_library)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "PROGRAM_ONLY" "NAME" "HEADERS;SOURCES;USES;LINKS")
  add_library(einsight_${ARG_NAME} STATIC ${ARG_SOURCES})
  add_library(einsight::${ARG_NAME} ALIAS einsight_${ARG_NAME})
  target_compile_features(einsight_${ARG_NAME} PUBLIC cxx_std_20)
  target_sources(einsight_${ARG_NAME} PUBLIC FILE_SET HEADERS
                 BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ARG_HEADERS})
  list(TRANSFORM ARG_USES PREPEND einsight::)
  target_link_libraries(einsight_${ARG_NAME} PUBLIC ${ARG_USES}
                        PRIVATE $<BUILD_INTERFACE:einsight_warnings> ${ARG_LINKS})
  if(NOT ARG_PROGRAM_ONLY)
    set_target_properties(einsight_${ARG_NAME} PROPERTIES EXPORT_NAME ${ARG_NAME})
    install(TARGETS einsight_${ARG_NAME} EXPORT einsight
            FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/einsight)
    set_property(GLOBAL APPEND PROPERTY EINSIGHT_PACKAGED einsight_${ARG_NAME})
  endif()
endfunction()

# einsight_test(NAME einsum SOURCES a_test.cpp USES einsum): one Catch2 program per folder. What
# links RapidCheck has the label `random`, by which ./dev random finds it.
function(einsight_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SOURCES;USES;LINKS")
  add_executable(${ARG_NAME}_test ${ARG_SOURCES})
  list(TRANSFORM ARG_USES PREPEND einsight::)
  target_link_libraries(${ARG_NAME}_test PRIVATE ${ARG_USES} ${ARG_LINKS} einsight_test_main einsight_warnings)
  target_precompile_headers(${ARG_NAME}_test REUSE_FROM einsight_test_headers)
  foreach(source ${ARG_SOURCES}) # only where it is asked for: a path in a command line spoils ccache
    file(STRINGS ${source} asks REGEX EINSIGHT_SOURCE_DIR LIMIT_COUNT 1)
    if(asks)
      set_property(SOURCE ${source} APPEND PROPERTY
                   COMPILE_DEFINITIONS EINSIGHT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    endif()
  endforeach()
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME}_test)
  if("${ARG_LINKS}" MATCHES "rapidcheck|einsight_generators")
    set_property(TEST ${ARG_NAME} APPEND PROPERTY LABELS random)
  endif()
endfunction()
