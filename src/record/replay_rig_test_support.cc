#include "record/replay_rig_test_support.h"

#include <algorithm>

#include "io/io_test_support.h"
#include "media/fmp4/fragment.h"
#include "media/fmp4/init.h"
#include "media/mpegts/muxer.h"
#include "record/layout.h"

namespace record::testing {
namespace {

using media::PartContainer;
using media::Sample;
using media::Ticks;

constexpr Ticks kFrame = 3'000;
constexpr Ticks kPart = 45'000;
constexpr Ticks kPiece = 180'000;
constexpr Ticks kSegment = 900'000;
constexpr Ticks kSoundFrame = 1024;
constexpr Ticks kJump = 9'000'000;  // of the clock at a discontinuity

base::Bytes payload(std::uint8_t header, std::size_t size, std::uint64_t serial) {
  base::ByteWriter out;
  out.u8(header);
  out.u8(0x88);
  out.u64(serial);
  // Neither a start code nor a zero at the end.
  while (out.size() < size) out.u8(static_cast<std::uint8_t>(0x11 + (out.size() + serial) % 200));
  base::Bytes bytes = out.take();
  for (std::size_t i = 2; i < bytes.size(); ++i) bytes[i] |= 0x10;
  return bytes;
}

void write(const std::string& path, base::ByteSpan content) {
  const auto made = io::make_directories(path.substr(0, path.rfind('/')));
  EXPECT_TRUE(made) << path;
  const auto written = io::write_file_atomic(path, content, 0644);
  EXPECT_TRUE(written) << path;
}

/// Makes one rendition, part by part.
class RenditionMaker {
 public:
  RenditionMaker(MadeRecording& made, std::size_t index, const std::string& folder)
      : made_(made), shape_(made.shape), folder_(folder) {
    const std::uint32_t height = shape_.heights[index];
    const std::uint32_t width = height * 16 / 9 / 2 * 2;
    rendition_.info = {.name = std::to_string(height) + "p30",
                       .width = width,
                       .height = height,
                       .frame_rate = 30,
                       .bandwidth = height * 2'000,
                       .codecs = {"avc1.64001F", "mp4a.40.2"}};
    rendition_.is_source = index == 0;
    made_.samples.emplace_back(2);
    made_.files.emplace_back();
    tracks_ = {video_track(width, height), audio_track()};
    begin_generation();
  }

  void make() {
    for (Ticks at = 0; at < Ticks{shape_.seconds} * 90'000; at += kPart) add_part(at);
    finish_segment();
    write_samples();
    made_.catalog.renditions.push_back(std::move(rendition_));
  }

 private:
  bool is_ts() const { return shape_.container == PartContainer::kMpegTs; }

  void begin_generation() {
    CatalogGeneration generation{.container = shape_.container, .init_bytes = 0, .tracks = tracks_};
    if (!is_ts()) {
      const base::Bytes init = media::fmp4::write_init_segment(tracks_);
      generation.init_bytes = static_cast<std::uint32_t>(init.size());
      write_file(init_name(static_cast<std::uint32_t>(rendition_.generations.size())), init);
    } else {
      muxer_ = *media::mpegts::Muxer::create(tracks_);
    }
    rendition_.generations.push_back(std::move(generation));
  }

  void write_file(const std::string& name, base::ByteSpan content) {
    const std::string& rendition = rendition_.info.name;
    write(folder_ + "/" +
              (shape_.in_spool ? spool_segment_key(rendition, name)
                               : rendition_key(made_.facts.prefix, rendition, name)),
          content);
  }
  void write_samples() {
    const std::string& name = rendition_.info.name;
    write(
        folder_ + "/" + (shape_.in_spool ? spool_samples_key(name) : samples_key(shape_.id, name)),
        samples_.span());
  }

  void add_part(Ticks at) {
    const bool breaks = shape_.break_at > 0 && at == Ticks{shape_.break_at} * 90'000;
    const bool changes = shape_.change_at > 0 && at == Ticks{shape_.change_at} * 90'000;
    if (breaks) shift_ += kJump;
    if (segment_at_ < 0 || at - segment_at_ >= kSegment || breaks || changes) {
      finish_segment();
      if (changes) {
        tracks_[0].video.width = 64;
        base::Bytes config(tracks_[0].config.span().begin(), tracks_[0].config.span().end());
        config[config.size() - 1] = 0xC4;
        tracks_[0].config = base::Slice::take(std::move(config));
        begin_generation();
      }
      begin_segment(at, breaks || changes);
    }
    if ((at - segment_at_) % kPiece == 0) {
      segment_.pieces.push_back(
          {.offset = static_cast<std::uint32_t>(file_.size()), .length = 0, .duration = 0});
    }
    const std::vector<std::vector<Sample>> samples = make_samples(at);
    media::RenditionInfo info;
    info.container = shape_.container;
    info.tracks = tracks_;
    const std::size_t before = samples_.size();
    append_part_samples(samples_, info, samples);
    segment_.samples_length += static_cast<std::uint32_t>(samples_.size() - before);
    const std::vector<media::TrackSamples> tracks = {{&tracks_[0], samples[0]},
                                                     {&tracks_[1], samples[1]}};
    base::Bytes bytes;
    if (is_ts()) {
      auto muxed =
          muxer_->mux({.tracks = tracks, .tables = media::mpegts::Tables::kWrite}, continuity_);
      continuity_ = muxed.end;
      bytes = std::move(muxed.bytes);
    } else {
      bytes = media::fmp4::write_fragment({.sequence_number = ++fragments_, .tracks = tracks});
    }
    file_.insert(file_.end(), bytes.begin(), bytes.end());
    segment_.bytes += bytes.size();
    segment_.duration += kPart;
    segment_.pieces.back().length += static_cast<std::uint32_t>(bytes.size());
    segment_.pieces.back().duration += kPart;
  }

  std::vector<std::vector<Sample>> make_samples(Ticks at) {
    std::vector<std::vector<Sample>> samples(2);
    auto& kept = made_.samples.back();
    for (Ticks time = at; time < at + kPart; time += kFrame) {
      const bool key = time % kPiece == 0;
      const std::uint8_t header = key ? 0x65 : 0x41;
      const base::Bytes nal =
          payload(header, key ? shape_.sample_size * 10 : shape_.sample_size, serial_++);
      base::ByteWriter out;
      // A delimiter that does not come back from MPEG-TS.
      out.u32(2);
      out.u16(0x09F0);
      const std::size_t head = is_ts() ? out.size() : 0;
      out.u32(static_cast<std::uint32_t>(nal.size()));
      out.bytes(nal);
      base::Bytes data = out.take();
      kept[0].emplace_back(data.begin() + static_cast<std::ptrdiff_t>(head), data.end());
      samples[0].push_back({.dts = time + shift_,
                            .pts = time + shift_ + kFrame,
                            .duration = kFrame,
                            .keyframe = key,
                            .data = base::Slice::take(std::move(data))});
    }
    while (media::rescale(sounds_ * kSoundFrame, 48'000, 90'000) < at + kPart) {
      const Ticks dts = sounds_++ * kSoundFrame + media::rescale(shift_, 90'000, 48'000);
      base::Bytes data = payload(0x21, 40, serial_++);
      kept[1].push_back(data);
      samples[1].push_back({.dts = dts,
                            .pts = dts,
                            .duration = kSoundFrame,
                            .keyframe = true,
                            .data = base::Slice::take(std::move(data))});
    }
    return samples;
  }

  void begin_segment(Ticks at, bool discontinuity) {
    segment_at_ = at;
    segment_ = {};
    segment_.number = next_number_++;
    segment_.position = at;
    segment_.start = at + shift_;
    segment_.date = made_.facts.started_at + std::chrono::microseconds(at * 100 / 9);
    segment_.discontinuity = discontinuity;
    segment_.generation = static_cast<std::uint32_t>(rendition_.generations.size() - 1);
    segment_.samples_offset = samples_.size();
  }
  void finish_segment() {
    if (segment_at_ < 0 || file_.empty()) return;
    write_file(segment_name(segment_.number, shape_.container), file_);
    made_.files.back()[segment_.number] = std::exchange(file_, {});
    rendition_.segments.push_back(segment_);
  }

  MadeRecording& made_;
  const RecordingShape& shape_;
  const std::string folder_;
  CatalogRendition rendition_;
  std::vector<media::Track> tracks_;
  std::optional<media::mpegts::Muxer> muxer_;
  media::mpegts::Continuity continuity_;
  std::uint32_t fragments_ = 0;
  base::ByteWriter samples_;
  base::Bytes file_;
  CatalogSegment segment_;
  Ticks segment_at_ = -1;
  Ticks shift_ = 90'000;
  Ticks sounds_ = 0;
  std::uint64_t serial_ = 0;
  std::uint64_t next_number_ = 0;
};

struct BoxView {
  std::string_view type;
  base::ByteSpan body;
  std::uint64_t offset = 0;  // of the body
};

std::vector<BoxView> boxes(base::ByteSpan data) {
  std::vector<BoxView> found;
  base::ByteReader reader(data);
  while (reader.remaining() >= 8) {
    std::uint64_t size = reader.u32();
    const std::string_view type = reader.text(4);
    std::uint64_t head = 8;
    if (size == 1) {
      size = reader.u64();
      head = 16;
    }
    const std::uint64_t at = reader.position();
    found.push_back({type, reader.bytes(static_cast<std::size_t>(size - head)), at});
  }
  EXPECT_TRUE(reader.at_end());
  return found;
}

base::ByteSpan inside(base::ByteSpan data, std::string_view path) {
  while (!path.empty()) {
    const std::string_view type = path.substr(0, 4);
    path.remove_prefix(std::min<std::size_t>(path.size(), 5));
    const auto all = boxes(data);
    const auto found = std::ranges::find(all, type, &BoxView::type);
    if (found == all.end()) return {};
    data = found->body;
  }
  return data;
}

base::ByteReader table(base::ByteSpan trak, std::string_view path, std::uint32_t& count) {
  base::ByteReader reader(inside(trak, path));
  reader.skip(4);
  count = reader.u32();
  return reader;
}

ReadMovie::Track read_track(base::ByteSpan trak) {
  ReadMovie::Track track;
  base::ByteReader mdhd(inside(trak, "mdia/mdhd"));
  mdhd.skip(20);
  track.timescale = mdhd.u32();
  std::uint32_t count = 0;
  base::ByteReader elst = table(trak, "edts/elst", count);
  if (count == 2) track.delay = static_cast<std::int64_t>(elst.u64());
  const base::ByteSpan stbl = inside(trak, "mdia/minf/stbl");
  (void)table(stbl, "stsd", count);
  track.descriptions = count;
  base::ByteReader stsz(inside(stbl, "stsz"));
  stsz.skip(8);
  count = stsz.u32();
  std::vector<std::uint32_t> sizes(count);
  for (auto& size : sizes) size = stsz.u32();
  base::ByteReader stts = table(stbl, "stts", count);
  std::int64_t dts = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t run = stts.u32();
    const std::uint32_t duration = stts.u32();
    for (std::uint32_t n = 0; n < run; ++n, dts += duration) track.dts.push_back(dts);
  }
  struct Row {
    std::uint32_t first, samples;
  };
  base::ByteReader stsc = table(stbl, "stsc", count);
  std::vector<Row> rows;
  for (std::uint32_t i = 0; i < count; ++i) {
    rows.push_back({stsc.u32(), stsc.u32()});
    stsc.skip(4);
  }
  base::ByteReader co64 = table(stbl, "co64", count);
  std::size_t row = 0;
  std::size_t next = 0;
  for (std::uint32_t chunk = 1; chunk <= count; ++chunk) {
    while (row + 1 < rows.size() && rows[row + 1].first <= chunk) ++row;
    std::uint64_t offset = co64.u64();
    for (std::uint32_t n = 0; n < rows[row].samples && next < sizes.size(); ++n) {
      track.samples.emplace_back(offset, sizes[next]);
      offset += sizes[next++];
    }
  }
  EXPECT_EQ(next, sizes.size());
  EXPECT_EQ(track.dts.size(), sizes.size());
  return track;
}

}  // namespace

media::Track video_track(std::uint32_t width, std::uint32_t height) {
  media::Track track;
  static constexpr std::uint8_t kConfig[] = {
      0x01, 0x64, 0x00, 0x1f, 0xff, 0xe1, 0x00, 0x1a, 0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40,
      0x50, 0x05, 0xbb, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0xc0,
      0xf1, 0x83, 0x19, 0x60, 0x01, 0x00, 0x06, 0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0};
  track.config = base::Slice::unowned(base::ByteSpan(kConfig));
  track.codec_string = "avc1.64001F";
  track.video.width = width;
  track.video.height = height;
  track.video.frame_rate = 30;
  return track;
}

media::Track audio_track() {
  media::Track track;
  track.codec = media::Codec::kAac;
  track.timescale = 48'000;
  static constexpr std::uint8_t kConfig[] = {0x11, 0x90};
  track.config = base::Slice::unowned(base::ByteSpan(kConfig));
  track.codec_string = "mp4a.40.2";
  track.audio = {48'000, 2, 1024};
  return track;
}

MadeRecording make_recording(const RecordingShape& shape, const std::string& spool,
                             const std::string& store) {
  MadeRecording made;
  made.shape = shape;
  Facts& facts = made.facts;
  facts.recording = shape.id;
  facts.session = "st-session000001";
  facts.channel = kChannel;
  facts.channel_arn = "arn:aws:ivs:local:123456789012:channel/abcDEF123456";
  facts.channel_name = "My \"show\"";
  facts.bucket = kBucket;
  facts.prefix = "ivs/v1/123456789012/abcDEF123456/2026/5/9/8/5/" + shape.id;
  facts.started_at = base::WallTime(std::chrono::seconds(1'778'313'900));
  facts.duration = std::chrono::seconds(shape.seconds);
  facts.container = shape.container;
  facts.thumbnails = static_cast<std::uint32_t>(shape.thumbnails);
  facts.time_shift = shape.time_shift;
  if (shape.ended) facts.ended_at = facts.started_at + std::chrono::seconds(shape.seconds);
  const std::string folder =
      shape.in_spool ? spool_folder(spool, shape.id) : store + "/" + std::string(kBucket);
  made.catalog.recording = shape.id;
  made.catalog.ended = shape.ended;
  made.catalog.duration = Ticks{shape.seconds} * 90'000;
  for (std::size_t i = 0; i < shape.heights.size(); ++i) RenditionMaker(made, i, folder).make();
  for (std::uint32_t i = 0; i < shape.thumbnails; ++i) {
    made.catalog.thumbnails.push_back({.position = Ticks{i} * 900'000, .width = 160, .height = 90});
    const std::string picture = "picture " + std::to_string(i);
    write(folder + "/" +
              (shape.in_spool ? spool_thumbnail_key(i) : thumbnail_key(made.facts.prefix, i)),
          base::as_bytes(picture));
  }
  if (!shape.in_spool) write(folder + "/" + catalog_key(shape.id), encode_catalog(made.catalog));
  for (const CatalogRendition& rendition : made.catalog.renditions) {
    made.facts.renditions.push_back(rendition.info);
  }
  return made;
}

ReadMovie read_movie(std::string_view file) {
  ReadMovie movie;
  const base::ByteSpan data = base::as_bytes(file);
  const base::ByteSpan moov = inside(data, "moov");
  EXPECT_FALSE(moov.empty());
  for (const BoxView& box : boxes(moov)) {
    if (box.type == "trak") movie.tracks.push_back(read_track(box.body));
  }
  return movie;
}

void FakeViewer::respond(std::uint64_t token, wire::http::Response response) {
  EXPECT_FALSE(answers.contains(token)) << "answered twice";
  Answer& answer = answers[token];
  for (const auto& slice : response.body) answer.body += slice.text();
  answer.finished = !response.streaming;
  answer.response = std::move(response);
  if (on_respond) std::exchange(on_respond, nullptr)(token);
}

void FakeViewer::append(std::uint64_t token, base::Slice data) {
  answers.at(token).body += data.text();
  largest = std::max(largest, data.size());
  if (on_append) std::exchange(on_append, nullptr)(token);
}

std::expected<std::optional<std::uint32_t>, ReplayRefusal> FakeReplayAdmission::check_replay(
    const base::ChannelId& channel, std::string_view session, std::string_view origin) {
  EXPECT_EQ(channel, kChannel);
  if (origin == "https://evil.example" || !sessions.contains(session)) {
    return std::unexpected(ReplayRefusal{403, "playback_auth_error", "no such session"});
  }
  return max_height;
}

std::unique_ptr<io::ObjectStore> FakeAbove::make_store(io::Loop& loop) {
  auto opened = io::open_local_object_store(loop, store);
  EXPECT_TRUE(opened);
  return std::move(*opened);
}

void FakeAbove::find(const std::string& recording, io::Loop& reply_to,
                     std::move_only_function<void(std::optional<Facts>)> done) {
  ++finds;
  const auto found = facts.find(recording);
  reply_to.post([done = std::move(done), answer = found == facts.end()
                                                      ? std::nullopt
                                                      : std::optional(found->second)]() mutable {
    done(std::move(answer));
  });
}

ReplayTest::ReplayTest()
    : folder_(std::move(*io::TemporaryDirectory::create())), shelf_(folder_.path() + "/spool") {
  above_.store = folder_.path() + "/store";
  replay_ = std::make_unique<LoopReplay>(
      loop_, shelf_, above_, std::move(*io::open_local_object_store(loop_, shelf_.spool())),
      above_.make_store(loop_));
}

const MadeRecording& ReplayTest::add(const RecordingShape& shape) {
  const MadeRecording& made =
      made_.emplace_back(make_recording(shape, shelf_.spool(), above_.store));
  if (shape.in_spool) {
    put_on_shelf(made, !shape.ended);
  } else {
    above_.facts[shape.id] = made.facts;
  }
  return made;
}

void ReplayTest::put_on_shelf(const MadeRecording& made, bool running) {
  ShelfItem item;
  item.facts = made.facts;
  item.catalog = std::make_shared<const Catalog>(made.catalog);
  item.running = running;
  shelf_.put(std::make_shared<const ShelfItem>(std::move(item)));
}

std::uint64_t ReplayTest::ask(const std::string& rest,
                              std::vector<std::pair<std::string, std::string>> headers,
                              wire::http::Method method) {
  wire::http::Request request;
  request.method = method;
  EXPECT_TRUE(request.set_target(rest.starts_with("/") ? rest : std::string(kReplayPrefix) + rest));
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  return replay_->request({&request, "10.0.0.1"}, viewer_, ++token_);
}

const FakeViewer::Answer& ReplayTest::get(const std::string& rest,
                                          std::vector<std::pair<std::string, std::string>> headers,
                                          wire::http::Method method) {
  const std::uint64_t handle = ask(rest, std::move(headers), method);
  const std::uint64_t token = token_;
  // Nothing follows the head of an answer to HEAD.
  const bool head = method == wire::http::Method::kHead;
  EXPECT_TRUE(wait([&] {
    const auto found = viewer_.answers.find(token);
    return found != viewer_.answers.end() && (head || found->second.done());
  })) << rest
      << " " << handle;
  return viewer_.answers[token];
}

bool ReplayTest::wait(std::function<bool()> done) {
  return io::test::drive(loop_, done);
}

}  // namespace record::testing
