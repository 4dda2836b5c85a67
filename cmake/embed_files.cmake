# embed_files(TARGET NAME FILES...): makes `docquarry::embedded::NAME()` in generated header embedded/NAME.h, a list of
# {path, content} of the files, paths relative to the source directory. The program then needs no file beside itself.
function(embed_files target name)
  set(source ${CMAKE_BINARY_DIR}/embedded/${name}.cc)
  set(header ${CMAKE_BINARY_DIR}/embedded/${name}.h)
  add_custom_command(
    OUTPUT ${source} ${header}
    COMMAND python3 ${CMAKE_SOURCE_DIR}/cmake/embed_files.py ${name} ${header} ${source} ${CMAKE_SOURCE_DIR} ${ARGN}
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/embed_files.py
    VERBATIM)
  target_sources(${target} PRIVATE ${source} ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR})
endfunction()
