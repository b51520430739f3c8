#include "media/ffprobe_test_support.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>

namespace media::ffprobe {
namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (!line.empty()) result.push_back(line);
  }
  return result;
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) result.push_back(field);
  return result;
}

// Output of the command `before` file `after`.
std::string with_file(base::ByteSpan media, const std::string& before, const std::string& after) {
  std::string path = ::testing::TempDir() + "rostrum_probe_XXXXXX";
  const int descriptor = ::mkstemp(path.data());
  if (descriptor < 0) {
    ADD_FAILURE() << "no temporary file " << path;
    return "";
  }
  const bool written = ::write(descriptor, media.data(), media.size()) == std::ssize(media);
  ::close(descriptor);
  EXPECT_TRUE(written);

  const std::string command = before + path + after;
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << "cannot run " << command;
  } else {
    std::array<char, 4096> chunk;
    while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
      output.append(chunk.data(), count);
    }
    EXPECT_EQ(::pclose(pipe), 0) << command << ": " << output;
  }
  ::unlink(path.c_str());
  return output;
}

// "key=value" of one line of ffprobe's compact form, cut at the bars.
std::string value_of(const std::string& line, const std::string& key) {
  const std::size_t at = ("|" + line).find("|" + key + "=");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size() + 1;
  return line.substr(begin, line.find('|', begin) - begin);
}

}  // namespace

std::string run(base::ByteSpan media, const std::string& arguments) {
  return with_file(media, "ffprobe -hide_banner " + arguments + " ", " 2>&1");
}

base::Bytes remuxed_to_ts(base::ByteSpan media) {
  const std::string output =
      with_file(media, "ffmpeg -v error -i ", " -map 0 -c copy -f mpegts - </dev/null");
  const base::ByteSpan bytes = base::as_bytes(output);
  return {bytes.begin(), bytes.end()};
}

std::vector<Packet> packets(base::ByteSpan media) {
  std::vector<Packet> result;
  const std::string text = run(
      media,
      "-v error -show_packets -show_entries packet=stream_index,pts,dts,size,flags -of csv=p=0");
  for (const std::string& line : lines(text)) {
    const std::vector<std::string> row = fields(line);
    if (row.size() < 5) {
      ADD_FAILURE() << "unexpected line of ffprobe: " << line;
      continue;
    }
    result.push_back({std::atoi(row[0].c_str()), std::atoll(row[1].c_str()),
                      std::atoll(row[2].c_str()), std::strtoull(row[3].c_str(), nullptr, 10),
                      row[4].starts_with("K")});
  }
  return result;
}

std::vector<std::string> streams(base::ByteSpan media) {
  std::map<int, std::string> result;  // a program's streams are printed twice
  const std::string text = run(
      media,
      "-v error -show_streams "
      "-show_entries stream=index,codec_name,width,height,sample_rate,channels -of compact=p=0");
  for (const std::string& line : lines(text)) {
    std::string stream = value_of(line, "codec_name");
    if (!value_of(line, "width").empty()) {
      stream += " " + value_of(line, "width") + "x" + value_of(line, "height");
    } else if (!value_of(line, "sample_rate").empty()) {
      stream += " " + value_of(line, "sample_rate") + " " + value_of(line, "channels");
    }
    result[std::atoi(value_of(line, "index").c_str())] = stream;
  }
  std::vector<std::string> streams;
  for (const auto& [index, stream] : result) streams.push_back(stream);
  return streams;
}

}  // namespace media::ffprobe
