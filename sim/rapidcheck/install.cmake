# What `cmake --install` puts where find_package(leat) finds it: the libraries, and the headers as they
# lie here, under include/leat.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/leat)
install(TARGETS leat_all ${installed} EXPORT leatTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT leatTargets NAMESPACE leat:: DESTINATION ${package_dir})
install(DIRECTORY core sim viz DESTINATION include/leat FILES_MATCHING PATTERN "*.h" PATTERN "cli/jobs" EXCLUDE PATTERN "main" EXCLUDE)
if(TARGET leat)
  install(TARGETS leat RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} OPTIONAL)
endif()
configure_package_config_file(sim/rapidcheck/leatConfig.cmake.in leatConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
# While the first number is 0, the second may change what a job sees.
write_basic_package_version_file(leatConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/leatConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/leatConfigVersion.cmake
        DESTINATION ${package_dir})
