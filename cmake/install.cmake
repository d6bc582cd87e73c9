# What `cmake --install build --prefix X` puts into X: bin/einsight, the catalogue in share/einsight,
# headers in include/einsight, static libraries, and the package that find_package(einsight) reads.
include(CMakePackageConfigHelpers)

set(EINSIGHT_DATA ${CMAKE_INSTALL_DATADIR}/einsight)
set(EINSIGHT_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/einsight)

if(TARGET einsight)
  install(TARGETS einsight)
endif()

foreach(folder arch mappings validation workloads)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${EINSIGHT_DATA}
          FILES_MATCHING PATTERN *.yaml PATTERN *.csv PATTERN *.json
          PATTERN lowering EXCLUDE PATTERN cuda EXCLUDE)
endforeach()

# What `report` makes pages of, with the libraries from npm where the build could get them.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/report/html DESTINATION ${EINSIGHT_DATA}/report
        FILES_MATCHING PATTERN *.html PATTERN *.css PATTERN *.js PATTERN *.vl.json
        PATTERN themes.json)
install(DIRECTORY ${PROJECT_BINARY_DIR}/report/web DESTINATION ${EINSIGHT_DATA}/report OPTIONAL)

# einsight::einsight is all folders; einsight::explore and so on are one with what it uses.
get_property(packaged GLOBAL PROPERTY EINSIGHT_PACKAGED)
add_library(einsight_all INTERFACE)
target_link_libraries(einsight_all INTERFACE ${packaged})
set_target_properties(einsight_all PROPERTIES EXPORT_NAME einsight)
install(TARGETS einsight_all EXPORT einsight)
install(EXPORT einsight NAMESPACE einsight:: FILE einsightTargets.cmake
        DESTINATION ${EINSIGHT_PACKAGE})

configure_package_config_file(cmake/einsightConfig.cmake.in
  ${PROJECT_BINARY_DIR}/einsightConfig.cmake
  INSTALL_DESTINATION ${EINSIGHT_PACKAGE} PATH_VARS EINSIGHT_DATA)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/einsightConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/einsightConfig.cmake
              ${PROJECT_BINARY_DIR}/einsightConfigVersion.cmake
              cmake/catalogue_place.cpp.in
        DESTINATION ${EINSIGHT_PACKAGE})
