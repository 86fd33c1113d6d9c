# What the consumers have in common: every script starts in an empty WORK_DIR.
file(REMOVE_RECURSE ${WORK_DIR})
file(MAKE_DIRECTORY ${WORK_DIR})

# Runs a command in WORK_DIR; sets `code` and `output`, which is what it printed.
function(attempt)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK_DIR}
    RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  set(code "${code}" PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

# The same for a command that must succeed.
function(run)
  attempt(${ARGN})
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${output}\nended with ${code}: ${command}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# The command that configures an example in WORK_DIR/build against the package in PREFIX.
function(configure_command example variable)
  set(${variable} ${CMAKE_COMMAND} -S ${EXAMPLES_DIR}/${example} -B ${WORK_DIR}/build -G ${GENERATOR}
    -D CMAKE_PREFIX_PATH=${PREFIX}
    -D CMAKE_BUILD_TYPE=Release
    -D CMAKE_CXX_COMPILER=${COMPILER}
    -D "CMAKE_CXX_FLAGS=${FLAGS} -Wall -Wextra -Werror" ${ARGN} PARENT_SCOPE)
endfunction()

# Configures, with further options of CMake, and builds an example.
function(build_example example)
  configure_command(${example} configure ${ARGN})
  run(${configure})
  run(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
endfunction()

# Runs an example that needs a GPU: its output must match; without a GPU it says why and ends with 4.
function(run_on_gpu example expected)
  attempt(${WORK_DIR}/build/${example})
  set(no_gpu "no CUDA-capable device is detected|CUDA driver version is insufficient for CUDA runtime version")
  if(code EQUAL 4 AND output MATCHES "^CUDA: (${no_gpu})\n$")
    message("no GPU here, and ${example} says so: ${output}")
  elseif(code EQUAL 0 AND output MATCHES "${expected}")
    message("${output}")
  else()
    message(FATAL_ERROR "${example} ended with ${code}, unexpected output: ${output}")
  endif()
endfunction()
