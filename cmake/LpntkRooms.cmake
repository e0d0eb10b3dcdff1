# One room = one folder = one target. The sources of a room are all .cpp files of its folder, so a new file needs no
# edit here; what a room may use is named by its caller and is the arrow that the include test checks.

# A room of the Qt-free, torch-free core; its objects end in the shared library lpntk_core.
#   lpntk_core_room(formats USES lpntk_base LIBRARIES ZLIB::ZLIB)
function(lpntk_core_room name)
  cmake_parse_arguments(arg "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(lpntk_${name} OBJECT ${sources})
  target_include_directories(lpntk_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(lpntk_${name} PUBLIC ${arg_USES} ${arg_LIBRARIES})
  target_precompile_headers(lpntk_${name} REUSE_FROM lpntk_core_pch)
endfunction()

# A room of the engine library, the only place with libtorch.
#   lpntk_engine_room(gradient USES lpntk_model)
function(lpntk_engine_room name)
  cmake_parse_arguments(arg "" "" "USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  add_library(lpntk_${name} OBJECT ${sources})
  target_include_directories(lpntk_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(lpntk_${name} PUBLIC ${arg_USES} lpntk_torch_usage)
  target_precompile_headers(lpntk_${name} REUSE_FROM lpntk_torch_pch)
endfunction()

# A room of the window: Qt, where said VTK, never libtorch.
#   lpntk_widget_room(models USES lpntk_core LIBRARIES Qt6::Widgets)
function(lpntk_widget_room name)
  cmake_parse_arguments(arg "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.h)
  add_library(lpntk_widgets_${name} STATIC ${sources})
  set_target_properties(lpntk_widgets_${name} PROPERTIES AUTOMOC ON)
  target_include_directories(lpntk_widgets_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  # ATen has a member called slots, VTK one called signals: Q_SIGNALS, Q_SLOTS, Q_EMIT everywhere.
  target_compile_definitions(lpntk_widgets_${name} PUBLIC QT_NO_KEYWORDS QT_NO_CAST_FROM_BYTEARRAY)
  target_link_libraries(lpntk_widgets_${name} PUBLIC ${arg_USES} ${arg_LIBRARIES})
  target_precompile_headers(lpntk_widgets_${name} PRIVATE <QtWidgets> <nlohmann/json.hpp>)
endfunction()

# What test programs and their helpers have in common.
function(lpntk_test_settings target)
  set_target_properties(${target} PROPERTIES AUTOMOC ON POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE QT_NO_KEYWORDS
                             LPNTK_SOURCE_DIR="${PROJECT_SOURCE_DIR}" LPNTK_BINARY_DIR="${PROJECT_BINARY_DIR}")
endfunction()

# Headers that tests of one kind share, compiled once: half of the time that a test takes to compile.
#   lpntk_test_headers(lpntk_test_headers WITH lpntk_test_helpers HEADERS <QtTest>)
function(lpntk_test_headers target)
  cmake_parse_arguments(arg "" "" "WITH;HEADERS" ${ARGN})
  file(CONFIGURE OUTPUT ${target}.cpp CONTENT "// Holds a precompiled header.\n")
  add_library(${target} OBJECT ${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp)
  lpntk_test_settings(${target})
  target_link_libraries(${target} PUBLIC ${arg_WITH} Qt6::Test)
  target_precompile_headers(${target} PRIVATE ${arg_HEADERS})
endfunction()

# Test programs of a folder tests/<name>: every test_*.cpp there is one QtTest program; helper sources
# (anything else) are compiled once and linked into each. WITH names what the tests link; ENVIRONMENT is set for each test;
# a folder whose tests open windows says DISPLAY and runs under xvfb-run where there is no display.
function(lpntk_tests name)
  cmake_parse_arguments(arg "DISPLAY;TORCH" "" "WITH;ENVIRONMENT;LABELS" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  file(GLOB tests CONFIGURE_DEPENDS ${folder}/test_*.cpp)
  file(GLOB helpers CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(FILTER helpers EXCLUDE REGEX "/test_[^/]*$")
  set(base ${arg_WITH} Qt6::Test)
  if(arg_TORCH)
    # Threads that spin while they wait make tests beside each other ten times slower; the programs set the same.
    list(APPEND arg_ENVIRONMENT OMP_WAIT_POLICY=passive GOMP_SPINCOUNT=0)
    list(APPEND base lpntk_torch_usage)
  endif()
  # What is kept of this machine is the tests' own, not the user's.
  list(APPEND arg_ENVIRONMENT XDG_CACHE_HOME=${PROJECT_BINARY_DIR}/tests/cache)
  set(headers lpntk_test_headers)
  if(arg_TORCH)
    set(headers lpntk_test_headers_torch)
  elseif(arg_DISPLAY)
    set(headers lpntk_test_headers_window)
  endif()
  string(REPLACE "/" "_" common tests_${name})
  file(CONFIGURE OUTPUT ${common}.cpp CONTENT "// A library needs a file; not every folder has helpers.\n")
  add_library(${common} STATIC ${helpers} ${CMAKE_CURRENT_BINARY_DIR}/${common}.cpp)
  lpntk_test_settings(${common})
  target_link_libraries(${common} PUBLIC ${base})
  target_precompile_headers(${common} REUSE_FROM ${headers})
  foreach(source ${tests})
    get_filename_component(stem ${source} NAME_WE)
    set(target ${name}_${stem})
    string(REPLACE "/" "_" target ${target})
    add_executable(${target} ${source})
    lpntk_test_settings(${target})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
    target_link_libraries(${target} PRIVATE ${common})
    target_precompile_headers(${target} REUSE_FROM ${headers})
    if(arg_DISPLAY)
      add_test(NAME ${name}/${stem} COMMAND ${PROJECT_SOURCE_DIR}/packaging/with-display.sh $<TARGET_FILE:${target}>)
    else()
      add_test(NAME ${name}/${stem} COMMAND ${target})
    endif()
    set_tests_properties(${name}/${stem} PROPERTIES TIMEOUT 600 ENVIRONMENT "${arg_ENVIRONMENT}" LABELS "${arg_LABELS}"
                         SKIP_REGULAR_EXPRESSION "^skipped entirely:")
    # Views whose pictures at twice the scale lie in tests/images are held against those, too.
    string(REGEX REPLACE "^test_(.*)_view$" "\\1" view ${stem})
    file(GLOB pictures CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/images/${view}_*@2x.png)
    if(arg_DISPLAY AND pictures)
      list(TRANSFORM pictures REPLACE "^.*/(.*)@2x.png$" "pictures:\\1")
      add_test(NAME ${name}/${stem}@2x
               COMMAND ${PROJECT_SOURCE_DIR}/packaging/with-display.sh $<TARGET_FILE:${target}> ${pictures})
      set_tests_properties(${name}/${stem}@2x PROPERTIES TIMEOUT 600 SKIP_REGULAR_EXPRESSION "^skipped entirely:"
                           ENVIRONMENT "${arg_ENVIRONMENT};QT_SCALE_FACTOR=2")
    endif()
  endforeach()
endfunction()
