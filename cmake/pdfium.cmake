# PDFium: -DPDFIUM_ROOT=DIR (with lib/libpdfium.so or libpdfium.so), else what third_party/fetch_pdfium has put into third_party/pdfium.
# Every function that src/pdf_child/pdfium_api.h declares must be exported by the library: a missing one would only show at start.

set(PDFIUM_ROOT "" CACHE PATH "A directory with libpdfium.so, used before the pinned one")
if(PDFIUM_ROOT)
  set(pdfium_places ${PDFIUM_ROOT}/lib ${PDFIUM_ROOT})
else()
  set(pdfium_places ${CMAKE_SOURCE_DIR}/third_party/pdfium/lib)
endif()
unset(PDFIUM_LIBRARY CACHE)
find_library(PDFIUM_LIBRARY NAMES pdfium PATHS ${pdfium_places} NO_DEFAULT_PATH)
if(NOT PDFIUM_LIBRARY)
  message(FATAL_ERROR "libpdfium.so is not in ${pdfium_places}: run third_party/fetch_pdfium, or pass -DPDFIUM_ROOT=DIR")
endif()

find_program(PDFIUM_PYTHON NAMES python3 REQUIRED)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/pdf_child/pdfium_api.h ${PDFIUM_LIBRARY})
execute_process(COMMAND ${PDFIUM_PYTHON} ${CMAKE_SOURCE_DIR}/cmake/check_exports.py ${CMAKE_SOURCE_DIR}/src/pdf_child/pdfium_api.h ${PDFIUM_LIBRARY}
                RESULT_VARIABLE pdfium_check ERROR_VARIABLE pdfium_problem)
if(NOT pdfium_check EQUAL 0)
  message(FATAL_ERROR "${pdfium_problem}")
endif()
message(STATUS "PDFium: ${PDFIUM_LIBRARY}")

set(pdfium_version "pdfium")
cmake_path(GET PDFIUM_LIBRARY PARENT_PATH pdfium_directory)
if(EXISTS ${pdfium_directory}/../version)
  file(STRINGS ${pdfium_directory}/../version pdfium_build LIMIT_COUNT 1)
  set(pdfium_version "pdfium-${pdfium_build}")  # stored with every result
endif()

add_library(pdfium INTERFACE)
target_compile_definitions(pdfium INTERFACE DOCQUARRY_PDFIUM_VERSION="${pdfium_version}")
target_link_libraries(pdfium INTERFACE ${PDFIUM_LIBRARY})
# Installed: beside the program or in ../lib. In the build tree CMake adds the library's own directory in front.
set(CMAKE_BUILD_RPATH_USE_ORIGIN OFF)
set(CMAKE_BUILD_RPATH "$ORIGIN/../lib;$ORIGIN")
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib;$ORIGIN")
