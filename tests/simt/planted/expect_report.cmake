# Passes where a program fails with a sanitizer's report.
#   cmake -D "PROGRAM=a;b" -D REPORT=regex -D KERNEL=name -P expect_report.cmake
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE status ERROR_VARIABLE errors OUTPUT_VARIABLE output)
if(status EQUAL 0)
  message(FATAL_ERROR "the program ended well:\n${output}${errors}")
elseif(NOT errors MATCHES "${REPORT}")
  message(FATAL_ERROR "status ${status}, and no report of '${REPORT}':\n${output}${errors}")
elseif(NOT errors MATCHES "${KERNEL}")
  message(FATAL_ERROR "the report does not name ${KERNEL}:\n${errors}")
endif()
