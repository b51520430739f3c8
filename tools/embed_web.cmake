# Writes web_files.S, web_files.cc and server/web_files.h from the files listed in LIST (below DIST).
# Called by cmake/embed.cmake at build time. Compressed files are kept by the hash of their content, so only
# what changed is compressed again.

cmake_minimum_required(VERSION 3.25)

set(cache ${OUT}/cache)
file(MAKE_DIRECTORY ${cache} ${OUT}/include/server)
file(STRINGS ${LIST} inputs)

if(NOT inputs)
  file(WRITE ${OUT}/stand-in/index.html [[<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Rostrum</title>
<style>:root{color-scheme:light dark}body{font:16px/1.45 system-ui,sans-serif;max-width:44em;margin:12vh auto;padding:0 24px}
code{background:#8883;padding:2px 6px;border-radius:4px}</style>
<h1>Rostrum is running</h1>
<p>This program was built without its web pages. To have them, install Node 20.19 or newer and run
<code>npm ci &amp;&amp; npm run build</code> in the folder <code>web</code>, then build the program again.</p>
<h2>What is here all the same</h2>
<ul>
<li><a href="/api/rostrum/v1/server">/api/rostrum/v1/server</a>: version and ingest addresses</li>
<li><a href="/api/rostrum/v1/channels">/api/rostrum/v1/channels</a>: channels, with the addresses of their playlists</li>
<li><a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a>, <a href="/metrics">/metrics</a></li>
</ul>
</html>
]])
  set(DIST ${OUT}/stand-in)
  set(inputs ${OUT}/stand-in/index.html)
endif()

function(content_type path result)
  get_filename_component(extension ${path} LAST_EXT)
  set(html "text/html; charset=utf-8")
  set(js "text/javascript; charset=utf-8")
  set(css "text/css; charset=utf-8")
  set(svg "image/svg+xml")
  set(png "image/png")
  set(webp "image/webp")
  set(ico "image/x-icon")
  set(woff2 "font/woff2")
  set(json "application/json")
  set(webmanifest "application/manifest+json")
  set(wasm "application/wasm")
  set(txt "text/plain; charset=utf-8")
  string(REGEX REPLACE "^\\." "" name "${extension}")
  if(name MATCHES "^(html|js|css|svg|png|webp|ico|woff2|json|webmanifest|wasm|txt)$")
    set(${result} "${${name}}" PARENT_SCOPE)
  else()
    set(${result} "application/octet-stream" PARENT_SCOPE)
  endif()
endfunction()

set(assembly ".section .rodata\n")
set(symbols "")
set(rows "")
set(kept "")
set(index 0)
list(SORT inputs)
foreach(input IN LISTS inputs)
  file(RELATIVE_PATH path ${DIST} ${input})
  if(path MATCHES "[\"\\\\]|\\.map$")
    continue()
  endif()
  file(SHA256 ${input} hash)
  string(SUBSTRING ${hash} 0 20 short)
  set(plain ${cache}/${hash})
  set(packed ${cache}/${hash}.br)
  # A copy under the content's name: what is linked cannot change under the assembler's feet.
  if(NOT EXISTS ${plain})
    file(COPY_FILE ${input} ${plain})
  endif()
  set(chosen ${plain})
  set(is_brotli false)
  if(BROTLI)
    if(NOT EXISTS ${packed})
      execute_process(COMMAND ${BROTLI} -q 11 -w 24 -f -o ${packed}.new ${plain} RESULT_VARIABLE failed)
      if(failed)
        message(FATAL_ERROR "brotli could not compress ${input}")
      endif()
      file(RENAME ${packed}.new ${packed})
    endif()
    file(SIZE ${plain} plain_size)
    file(SIZE ${packed} packed_size)
    if(packed_size LESS plain_size)
      set(chosen ${packed})
      set(is_brotli true)
    endif()
  endif()
  list(APPEND kept ${plain} ${packed})
  content_type(${path} type)
  set(immutable false)
  if(path MATCHES "^assets/")
    set(immutable true)
  endif()
  string(APPEND assembly
    ".balign 16\n.global rostrum_web_${index}\n.hidden rostrum_web_${index}\nrostrum_web_${index}:\n"
    ".incbin \"${chosen}\"\n.global rostrum_web_${index}_end\n.hidden rostrum_web_${index}_end\n"
    "rostrum_web_${index}_end:\n.byte 0\n")
  string(APPEND symbols
    "extern const std::uint8_t rostrum_web_${index}[];\nextern const std::uint8_t rostrum_web_${index}_end[];\n")
  string(APPEND rows
    "      {\"/${path}\", \"${type}\",\n"
    "       std::span<const std::uint8_t>(rostrum_web_${index}, rostrum_web_${index}_end),\n"
    "       ${is_brotli}, ${immutable}, \"\\\"${short}\\\"\"},\n")
  math(EXPR index "${index} + 1")
endforeach()
string(APPEND assembly ".section .note.GNU-stack,\"\",@progbits\n")

# What no file needs any more goes.
file(GLOB cached ${cache}/*)
foreach(file IN LISTS cached)
  if(NOT file IN_LIST kept)
    file(REMOVE ${file})
  endif()
endforeach()

function(write_if_changed path content)
  set(before "")
  if(EXISTS ${path})
    file(READ ${path} before)
  endif()
  if(before STREQUAL content)
    file(TOUCH ${path})
  else()
    file(WRITE ${path} "${content}")
  endif()
endfunction()

write_if_changed(${OUT}/include/server/web_files.h "#pragma once
// The web pages inside the program. Generated; lives as long as the program; may be read from any thread.
#include <cstdint>
#include <span>
#include <string_view>

namespace server {

struct WebFile {
  std::string_view path;          // begins with '/', for example \"/index.html\"
  std::string_view content_type;  // for the header of that name
  std::span<const std::uint8_t> data;
  bool is_brotli;         // `data` is compressed (Content-Encoding: br); else it is the file itself
  bool immutable;         // the name changes with the content: may be kept for ever
  std::string_view etag;  // quoted, of the uncompressed content
};

// All files, ordered by path.
std::span<const WebFile> web_files();

}  // namespace server
")
write_if_changed(${OUT}/web_files.S "${assembly}")
write_if_changed(${OUT}/web_files.cc "#include \"server/web_files.h\"

extern \"C\" {
${symbols}}

namespace server {

std::span<const WebFile> web_files() {
  static const WebFile files[] = {
${rows}  };
  return files;
}

}  // namespace server
")
