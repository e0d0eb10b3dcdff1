# Finds libtorch as PyPI's wheel lays it out, without asking for a CUDA toolkit (the wheel's own TorchConfig does).
# Looked for in LPNTK_TORCH_DIR (cache or environment), then where packaging/setup.sh puts the pinned one.
# Defines the imported target lpntk_torch (headers and libtorch_cpu, no CUDA library linked).

if(NOT LPNTK_TORCH_DIR)
  if(DEFINED ENV{LPNTK_TORCH_DIR})
    set(found $ENV{LPNTK_TORCH_DIR})
  else()
    execute_process(COMMAND ${PROJECT_SOURCE_DIR}/packaging/setup.sh --print-torch
                    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
  set(LPNTK_TORCH_DIR ${found} CACHE PATH "Folder of torch with include/ and lib/")
endif()

include(FindPackageHandleStandardArgs)
find_path(LpntkTorch_INCLUDE ATen/ATen.h PATHS ${LPNTK_TORCH_DIR}/include NO_DEFAULT_PATH)
find_library(LpntkTorch_CPU torch_cpu PATHS ${LPNTK_TORCH_DIR}/lib NO_DEFAULT_PATH)
find_library(LpntkTorch_C10 c10 PATHS ${LPNTK_TORCH_DIR}/lib NO_DEFAULT_PATH)
file(GLOB LpntkTorch_CUDART_DIR ${LPNTK_TORCH_DIR}/../nvidia/*/lib ${LPNTK_TORCH_DIR}/../nvidia/*/*/lib)
find_package_handle_standard_args(LpntkTorch REQUIRED_VARS LpntkTorch_INCLUDE LpntkTorch_CPU LpntkTorch_C10
  REASON_FAILURE_MESSAGE "run packaging/setup.sh, or set LPNTK_TORCH_DIR to a torch 2.11 folder")

if(LpntkTorch_FOUND AND NOT TARGET lpntk_torch)
  add_library(lpntk_torch INTERFACE IMPORTED)
  target_include_directories(lpntk_torch SYSTEM INTERFACE
    ${LpntkTorch_INCLUDE} ${LpntkTorch_INCLUDE}/torch/csrc/api/include)
  target_link_libraries(lpntk_torch INTERFACE
    "-Wl,--no-as-needed,${LpntkTorch_CPU},${LpntkTorch_C10}" -Wl,--as-needed)
  set(rpath "-Wl,-rpath,${LPNTK_TORCH_DIR}/lib")
  foreach(folder ${LpntkTorch_CUDART_DIR})
    get_filename_component(folder ${folder} REALPATH)
    string(APPEND rpath ",-rpath,${folder},-rpath-link,${folder}")
  endforeach()
  target_link_options(lpntk_torch INTERFACE ${rpath} "-Wl,-rpath-link,${LPNTK_TORCH_DIR}/lib")
endif()
