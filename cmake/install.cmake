# find_package(cuvae) for other projects; the prefix may be moved afterwards.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/cuvae)

if(CUVAE_HAS_CUDA)
  install(TARGETS cuvae_kernels EXPORT cuvaeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(TARGETS cuvae EXPORT cuvaeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/cuvae DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp")
install(EXPORT cuvaeTargets NAMESPACE cuvae:: DESTINATION ${package_dir})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/cuvaeConfig.cmake.in
  ${PROJECT_BINARY_DIR}/cuvaeConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cuvaeConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/cuvaeConfig.cmake
  ${PROJECT_BINARY_DIR}/cuvaeConfigVersion.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindCuvaeLibzip.cmake
  ${PROJECT_SOURCE_DIR}/cmake/FindCuvaeOpenBLAS.cmake
  DESTINATION ${package_dir})
