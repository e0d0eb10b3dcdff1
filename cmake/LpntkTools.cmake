# Compiler, linker and cache settings that every target shares.

find_program(LPNTK_CCACHE ccache)
if(LPNTK_CCACHE)
  # Sloppiness: needed for precompiled headers; base dir and no hash dir: two checkouts share their objects.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${LPNTK_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

find_program(LPNTK_MOLD mold)
if(LPNTK_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow "$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Woverloaded-virtual>")
# GCC 12 reports these inside Eigen, nlohmann and std headers after inlining; they say nothing about our code.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
endif()
if(LPNTK_WARNINGS_AS_ERRORS)
  add_compile_options(-Werror)
endif()
if(LPNTK_SANITIZE)
  add_compile_options(-fsanitize=${LPNTK_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LPNTK_SANITIZE})
endif()
