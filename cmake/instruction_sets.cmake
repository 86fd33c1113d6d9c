# cuvae_per_instruction_set(<target> <source>): compiles the source once per instruction set, each time with its own
# CUVAE_CPU_TARGET namespace, into the target; what uses it picks at run time. `lanes` is what Highway must make of
# the flags: with one flag missing it would silently fall back to narrower vectors.
function(cuvae_compile_for target source name lanes)
  set(objects ${target}_${name})
  add_library(${objects} OBJECT ${source})
  target_compile_features(${objects} PRIVATE cxx_std_20)
  target_compile_definitions(${objects} PRIVATE
    CUVAE_CPU_TARGET=${name} CUVAE_CPU_LANES=${lanes} HWY_DISABLE_PCLMUL_AES)
  target_compile_options(${objects} PRIVATE
    $<$<NOT:$<CONFIG:Debug>>:-O3> -fno-math-errno -fno-trapping-math ${ARGN})
  target_include_directories(${objects} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_include_directories(${objects} SYSTEM PRIVATE ${HIGHWAY_INCLUDE_DIR})
  target_link_libraries(${objects} PRIVATE cuvae_flags)
  if(CUVAE_OPENMP)
    target_link_libraries(${objects} PRIVATE OpenMP::OpenMP_CXX)
  endif()
  set_target_properties(${objects} PROPERTIES
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON POSITION_INDEPENDENT_CODE ON)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${objects}>)
endfunction()

function(cuvae_per_instruction_set target source)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    cuvae_compile_for(${target} ${source} baseline 4 -mssse3)
    cuvae_compile_for(${target} ${source} avx2 8 -mavx2 -mfma -mbmi -mbmi2 -mf16c -mlzcnt)
    target_compile_definitions(${target} PRIVATE CUVAE_HAS_AVX2)
  else()
    cuvae_compile_for(${target} ${source} baseline 4)
  endif()
endfunction()
