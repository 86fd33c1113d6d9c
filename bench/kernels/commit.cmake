# Writes HEADER with the commit of ROOT: seven digits, "-dirty" where files differ from it, "unknown" where it is no
# clone.
set(commit unknown)
if(GIT AND EXISTS ${ROOT}/.git)
  execute_process(COMMAND ${GIT} -C ${ROOT} describe --always --dirty --abbrev=7 --match=
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit ${found})
  endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define CUVAE_COMMIT \"${commit}\"\n")
