# cmake -D SOURCES=report/html -D WEB=FOLDER -P fetch.cmake: the libraries that the lock file names,
# into FOLDER. What keeps it from succeeding is said, and is no error. npm is the one in PATH.
set(without "einsight is built all the same, but report makes no pages and no pictures (--format md and csv work)")
find_program(NPM npm NO_CMAKE_PATH NO_CMAKE_SYSTEM_PATH)
if(NOT NPM)
  message("npm is not installed (Debian: apt-get install npm): ${without}")
  return()
endif()
set(work ${WEB}-npm)
file(MAKE_DIRECTORY ${work} ${WEB})
file(COPY ${SOURCES}/package.json ${SOURCES}/package-lock.json DESTINATION ${work})
execute_process(
  COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error --prefer-offline --fetch-retries=1
          --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=2000
  WORKING_DIRECTORY ${work} RESULT_VARIABLE failed OUTPUT_QUIET)
if(failed)
  message("npm ci did not succeed (is there a network?): ${without}; the next build tries again")
  return()
endif()
foreach(library vega vega-lite vega-embed)
  file(COPY_FILE ${work}/node_modules/${library}/LICENSE ${WEB}/${library}.LICENSE)
  file(COPY_FILE ${work}/node_modules/${library}/build/${library}.min.js ${WEB}/${library}.min.js)
endforeach()
file(REMOVE_RECURSE ${work})
