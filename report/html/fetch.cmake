# cmake -D SOURCES=report/html -D WEB=FOLDER -P fetch.cmake: the libraries that the lock file names,
# into FOLDER. What keeps it from succeeding is said, and is no error.
find_program(NPM npm)
if(NOT NPM)
  message("npm is not installed: einsight report will not make pages or pictures")
  return()
endif()
set(work ${WEB}-npm)
file(MAKE_DIRECTORY ${work} ${WEB})
file(COPY ${SOURCES}/package.json ${SOURCES}/package-lock.json DESTINATION ${work})
execute_process(
  COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
  WORKING_DIRECTORY ${work} RESULT_VARIABLE failed OUTPUT_QUIET)
if(failed)
  message("npm ci did not succeed: einsight report will not make pages or pictures; the next build tries again")
  return()
endif()
foreach(library vega vega-lite vega-embed)
  file(COPY_FILE ${work}/node_modules/${library}/LICENSE ${WEB}/${library}.LICENSE)
  file(COPY_FILE ${work}/node_modules/${library}/build/${library}.min.js ${WEB}/${library}.min.js)
endforeach()
file(REMOVE_RECURSE ${work})
