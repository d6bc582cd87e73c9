# cmake -D SOURCES=report/html -D FOLDER=SCRATCH -P fetch_test.cmake: the build goes on and says what is missing
# without npm and without a network, and has the libraries where npm succeeds.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/none ${FOLDER}/offline ${FOLDER}/online)
file(WRITE ${FOLDER}/offline/npm "#!/bin/sh\necho 'npm error network' >&2\nexit 1\n")
file(WRITE ${FOLDER}/online/npm "#!/bin/sh
for library in vega vega-lite vega-embed; do
  /bin/mkdir -p node_modules/$library/build
  echo \"$library from $1\" > node_modules/$library/build/$library.min.js
  echo license > node_modules/$library/LICENSE
done
")
file(CHMOD ${FOLDER}/offline/npm ${FOLDER}/online/npm PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)

# fetch(WAY MESSAGE): with only the folder WAY in PATH it succeeds and says MESSAGE
function(fetch way message)
  set(ENV{PATH} ${FOLDER}/${way})
  execute_process(
    COMMAND ${CMAKE_COMMAND} -D SOURCES=${SOURCES} -D WEB=${FOLDER}/${way}/web -P ${SOURCES}/fetch.cmake
    RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${way}: ends with ${status}: ${said}")
  endif()
  string(FIND "${said}" "${message}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "${way}: '${message}' is not in '${said}'")
  endif()
endfunction()

set(without "einsight is built all the same, but report makes no pages and no pictures (--format md and csv work)")
fetch(none "npm is not installed (Debian: apt-get install npm): ${without}")
fetch(offline "npm ci did not succeed (is there a network?): ${without}")
fetch(online "")
foreach(way none offline)
  if(EXISTS ${FOLDER}/${way}/web/vega.min.js)
    message(FATAL_ERROR "${way}: there are libraries from nowhere")
  endif()
endforeach()
foreach(library vega vega-lite vega-embed)
  file(READ ${FOLDER}/online/web/${library}.min.js content)
  if(NOT content STREQUAL "${library} from ci\n" OR NOT EXISTS ${FOLDER}/online/web/${library}.LICENSE)
    message(FATAL_ERROR "${library} is not what npm brought")
  endif()
endforeach()
