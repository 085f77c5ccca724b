# Read by the CMake builds of whisper-rs-sys and llama-cpp-sys-2, through CMAKE_PROJECT_INCLUDE in .cargo/config.toml.
# What is built must run on a machine other than the one that built it, so nothing here looks at the build machine's processor.

# Tiled matrix kernels; whisper.cpp leaves them out unless asked: its encoder is 1.5 times faster with them.
set(GGML_LLAMAFILE ON CACHE BOOL "" FORCE)
set(GGML_NATIVE OFF CACHE BOOL "" FORCE)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  # The Cortex-A76 of a Raspberry Pi 5. llama-cpp-sys-2 would set plain armv8-a, without dot products: half the speed.
  set(GGML_CPU_ARM_ARCH "armv8.2-a+dotprod+fp16" CACHE STRING "" FORCE)
endif()
