# Where OpenBLAS of PyPI's scipy-openblas32 lies. The engine opens it at run time, so nothing is linked: the imported target
# lpntk_openblas only puts the folder into the run path. Looked for in LPNTK_OPENBLAS_DIR, then where packaging/setup.sh puts
# the pinned one; without it products are libtorch's.

if(NOT LPNTK_OPENBLAS_DIR)
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/packaging/setup.sh --print-openblas
                  OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE)
  set(LPNTK_OPENBLAS_DIR ${found} CACHE PATH "Folder of libscipy_openblas.so")
endif()

include(FindPackageHandleStandardArgs)
find_library(LpntkOpenblas_LIBRARY scipy_openblas PATHS ${LPNTK_OPENBLAS_DIR} NO_DEFAULT_PATH)
find_package_handle_standard_args(LpntkOpenblas REQUIRED_VARS LpntkOpenblas_LIBRARY
  REASON_FAILURE_MESSAGE "run packaging/setup.sh, or float32 products will be libtorch's")

add_library(lpntk_openblas INTERFACE IMPORTED)
if(LpntkOpenblas_FOUND)
  target_link_options(lpntk_openblas INTERFACE "-Wl,-rpath,${LPNTK_OPENBLAS_DIR}")
endif()
