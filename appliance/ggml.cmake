# Read by the CMake builds of whisper-rs-sys and llama-cpp-sys-2, through CMAKE_PROJECT_INCLUDE in .cargo/config.toml.
# What is built must run on a machine other than the one that built it, so nothing here looks at the build machine's processor.

# Tiled matrix kernels; whisper.cpp leaves them out unless asked: its encoder is 1.5 times faster with them.
set(GGML_LLAMAFILE ON CACHE BOOL "" FORCE)
set(GGML_NATIVE OFF CACHE BOOL "" FORCE)

# `cargo xtask build` builds the two workers once more so, for machines that can run them.
if(DEFINED ENV{PARLEY_AVX512})
  foreach(instructions AVX512 AVX512_VBMI AVX512_VNNI)
    set(GGML_${instructions} ON CACHE BOOL "" FORCE)
  endforeach()
endif()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  # The Cortex-A76 of a Raspberry Pi 5. llama-cpp-sys-2 would set plain armv8-a, without dot products: half the speed.
  set(GGML_CPU_ARM_ARCH "armv8.2-a+dotprod+fp16" CACHE STRING "" FORCE)
endif()

if(PROJECT_NAME STREQUAL "llama.cpp")
  # The same code as with debug information, a quarter sooner; no backtrace of ours goes into it.
  foreach(language C CXX)
    string(REPLACE "-g " "" CMAKE_${language}_FLAGS_RELWITHDEBINFO "${CMAKE_${language}_FLAGS_RELWITHDEBINFO}")
  endforeach()

  # Of llama.cpp's library of helpers our worker links these files: they check a grammar. The rest (chat formats, a template
  # language, a web client) was a third of what compiling the engines costs, and went into no program.
  function(parley_compile_what_is_linked)
    set(linked
        common fit json json-schema json-schema-to-grammar log ngram-cache ngram-map ngram-mod reasoning-budget sampling
        speculative trie unicode)
    list(TRANSFORM linked APPEND ".cpp")
    get_target_property(libraries llama-common LINK_LIBRARIES)
    list(REMOVE_ITEM libraries cpp-httplib)
    set_target_properties(llama-common PROPERTIES SOURCES "${linked}" LINK_LIBRARIES "${libraries}")
    set_target_properties(cpp-httplib PROPERTIES EXCLUDE_FROM_ALL ON)
  endfunction()
  cmake_language(DEFER CALL parley_compile_what_is_linked)
endif()
