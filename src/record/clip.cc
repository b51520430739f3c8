#include "record/clip.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/ids.h"
#include "base/log.h"
#include "io/local_object_store.h"
#include "io/loop.h"
#include "record/events_json.h"
#include "record/layout.h"
#include "record/replay_body.h"
#include "record/vod_playlist.h"

namespace record {
namespace {

using base::ErrorCode;

constexpr unsigned kAttempts = 4;
constexpr std::size_t kIdLength = 12;
constexpr std::size_t kSessionLength = 16;

bool may_pass(ErrorCode code) {
  return code == ErrorCode::kTimeout || code == ErrorCode::kClosed || code == ErrorCode::kIo ||
         code == ErrorCode::kLimit || code == ErrorCode::kDiskFull;
}

}  // namespace

ClipMaker::ClipMaker(io::Loop& loop, const Shelf& shelf, Above& above,
                     std::unique_ptr<io::ObjectStore> spool, std::unique_ptr<io::ObjectStore> read,
                     io::ObjectStore& store)
    : loop_(loop),
      store_(store),
      files_(std::move(spool), std::move(read), {.cache = std::size_t{4} << 20}),
      workshop_(loop),
      library_(loop, shelf, above, files_, workshop_),
      again_(loop) {}

ClipMaker::~ClipMaker() {
  if (!busy_) return;
  base::log_info("a clip is given up", {{"recording", waiting_.front().request.recording}});
}

void ClipMaker::clip(ClipRequest request, Done done) {
  if (waiting_.size() >= kMaxWaiting) {
    done(base::fail(ErrorCode::kLimit, "too many clips are being made"));
    return;
  }
  Task task;
  task.request = std::move(request);
  task.done = std::move(done);
  waiting_.push_back(std::move(task));
  if (!busy_) begin_next();
}

void ClipMaker::begin_next() {
  busy_ = !waiting_.empty();
  if (!busy_) return;
  library_.find(waiting_.front().request.recording,
                [this](base::Expected<ReplayEntry> source) { on_source(std::move(source)); });
}

void ClipMaker::on_source(base::Expected<ReplayEntry> source) {
  if (!source) return fail(std::move(source.error()));
  Task& task = waiting_.front();
  task.source = *std::move(source);
  auto plan = plan_clip(*task.source.facts, *task.source.catalog, task.request,
                        {.recording = base::random_alphanumeric(kIdLength),
                         .session = base::random_alphanumeric(kSessionLength),
                         .now = io::Loop::wall_now()});
  if (!plan) return fail(std::move(plan.error()));
  task.plan = *std::move(plan);
  task.samples.resize(task.plan.renditions.size());
  task.places.resize(task.plan.renditions.size());
  base::log_info("a clip is being made", {{"recording", task.request.recording},
                                          {"clip", task.plan.facts.recording},
                                          {"files", std::to_string(task.plan.files.size())}});
  copy_next();
}

void ClipMaker::copy_next() {
  Task& task = waiting_.front();
  if (task.file == task.plan.files.size()) return read_samples();
  constexpr std::size_t kTold = 100;
  if (task.file > 0 && task.file % kTold == 0) {
    base::log_info("a clip makes progress", {{"clip", task.plan.facts.recording},
                                             {"copied", std::to_string(task.file)},
                                             {"files", std::to_string(task.plan.files.size())}});
  }
  const ClipFile& file = task.plan.files[task.file++];
  const Facts& facts = *task.source.facts;
  if (file.kind == ClipFile::Kind::kThumbnail) {
    ReplayFile picture{
        .recording = facts.recording,
        .spool_key = task.source.in_spool ? spool_thumbnail_key(file.source) : std::string(),
        .bucket = facts.bucket,
        .key = thumbnail_key(facts.prefix, file.source)};
    files_.picture(picture, [this, key = file.key](base::Expected<base::Slice> data) {
      on_picture(key, std::move(data));
    });
    return;
  }
  const CatalogRendition& rendition = task.source.catalog->renditions[file.rendition];
  const bool init = file.kind == ClipFile::Kind::kInit;
  const ReplayFile source =
      init ? init_file(task.source, rendition, file.source)
           : segment_file(task.source, rendition, rendition.segments[file.source]);
  const std::uint64_t length = init ? source.size : file.length;
  if (file.offset + length > source.size) {
    return fail({ErrorCode::kMalformed, "the recording is damaged where the clip is taken from"});
  }
  const std::string_view type = content_type_of(task.plan.facts.container);
  files_.read(source, file.offset, length,
              [this, key = file.key, type](base::Expected<std::vector<base::Slice>> parts) {
                if (!parts) return fail(std::move(parts.error()));
                put({.name = {waiting_.front().plan.facts.bucket, key},
                     .content = std::move(*parts),
                     .content_type = std::string(type)},
                    [this] { copy_next(); });
              });
}

// A picture that cannot be read is not worth losing the clip.
void ClipMaker::on_picture(const std::string& key, base::Expected<base::Slice> data) {
  if (!data && may_pass(data.error().code)) return fail(std::move(data.error()));
  if (!data) return copy_next();
  waiting_.front().plan.facts.bytes += data->size();
  put({.name = {waiting_.front().plan.facts.bucket, key},
       .content = {std::move(*data)},
       .content_type = std::string(kJpegType)},
      [this] { copy_next(); });
}

void ClipMaker::read_samples() {
  Task& task = waiting_.front();
  while (task.rendition < task.plan.renditions.size() &&
         task.segment == task.plan.renditions[task.rendition].stretches.size()) {
    ++task.rendition;
    task.segment = 0;
  }
  if (task.rendition == task.plan.renditions.size()) return describe();
  const ClipRendition& clip = task.plan.renditions[task.rendition];
  const CatalogRendition& source = task.source.catalog->renditions[clip.source];
  const CatalogSegment& segment = source.segments[clip.stretches[task.segment].segment];
  const ReplayFile file = samples_file(task.source, source);
  if (segment.samples_offset + segment.samples_length > file.size) {
    return fail({ErrorCode::kMalformed, "lists of samples out of order"});
  }
  files_.read(
      file, segment.samples_offset, segment.samples_length,
      [this](base::Expected<std::vector<base::Slice>> parts) { on_samples(std::move(parts)); });
}

void ClipMaker::on_samples(base::Expected<std::vector<base::Slice>> parts) {
  if (!parts) return fail(std::move(parts.error()));
  Task& task = waiting_.front();
  base::Bytes all;
  for (const base::Slice& part : *parts) {
    all.insert(all.end(), part.span().begin(), part.span().end());
  }
  const ClipRendition& clip = task.plan.renditions[task.rendition];
  const CatalogRendition& source = task.source.catalog->renditions[clip.source];
  const ClipStretch& stretch = clip.stretches[task.segment];
  const CatalogSegment& segment = source.segments[stretch.segment];
  const auto chosen =
      clip_samples(source.generations.at(segment.generation), segment, stretch, all);
  if (!chosen) return fail(chosen.error());
  base::ByteWriter& out = task.samples[task.rendition];
  task.places[task.rendition].emplace_back(out.size(), chosen->size());
  out.bytes(*chosen);
  ++task.segment;
  // Lists that are in memory come at once: no deeper than this.
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) read_samples();
  });
}

void ClipMaker::place_samples(Task& task) {
  for (std::size_t i = 0; i < task.places.size(); ++i) {
    ChunkList<CatalogSegment>& planned = task.plan.catalog.renditions[i].segments;
    ChunkList<CatalogSegment> segments;
    for (std::size_t j = 0; j < planned.size(); ++j) {
      CatalogSegment segment = planned[j];
      segment.samples_offset = task.places[i][j].first;
      segment.samples_length = static_cast<std::uint32_t>(task.places[i][j].second);
      segments.push_back(std::move(segment));
    }
    planned = std::move(segments);
  }
}

void ClipMaker::describe() {
  Task& task = waiting_.front();
  place_samples(task);
  ClipPlan& plan = task.plan;
  const auto add = [&](std::string key, base::Slice content, std::string_view type) {
    task.last.push_back({.name = {plan.facts.bucket, std::move(key)},
                         .content = {std::move(content)},
                         .content_type = std::string(type)});
  };
  const auto add_text = [&](std::string key, std::string content, std::string_view type) {
    add(std::move(key), base::Slice::take(std::move(content)), type);
  };
  const Facts& facts = plan.facts;
  std::vector<VariantLine> lines;
  for (std::size_t i = 0; i < plan.catalog.renditions.size(); ++i) {
    const CatalogRendition& rendition = plan.catalog.renditions[i];
    const std::string& name = rendition.info.name;
    const std::size_t segments = rendition.segments.size();
    add(samples_key(facts.recording, name), base::Slice::take(task.samples[i].take()),
        "application/octet-stream");
    add_text(rendition_key(facts.prefix, name, kPlaylist),
             render_variant(rendition, {.segments = segments}), kPlaylistType);
    add_text(rendition_key(facts.prefix, name, kByteRangePlaylist),
             render_variant(rendition, {.byte_ranges = true, .segments = segments}), kPlaylistType);
    lines.push_back({.info = &rendition.info,
                     .average_bandwidth = measure_bandwidth(rendition, segments).average});
  }
  EventFileInput input;
  input.has_thumbnails = facts.thumbnails > 0;
  if (facts.thumbnails > 0) {
    input.thumbnail = {plan.catalog.thumbnails[0].width, plan.catalog.thumbnails[0].height};
  }
  add_text(event_key(facts.prefix, EventFile::kStarted), render_event_file(facts, input),
           kJsonType);
  add_text(hls_key(facts.prefix, kMasterPlaylist), render_master(lines, kPlaylist, facts.container),
           kPlaylistType);
  add_text(hls_key(facts.prefix, kByteRangeMaster),
           render_master(lines, kByteRangePlaylist, facts.container), kPlaylistType);
  input.which = EventFile::kEnded;
  add_text(event_key(facts.prefix, EventFile::kEnded), render_event_file(facts, input), kJsonType);
  add(catalog_key(facts.recording), base::Slice::take(encode_catalog(plan.catalog)),
      "application/octet-stream");
  store_last();
}

void ClipMaker::store_last() {
  Task& task = waiting_.front();
  if (task.last.empty()) return finish();
  io::PutObject object = std::move(task.last.front());
  task.last.pop_front();
  put(std::move(object), [this] { store_last(); });
}

void ClipMaker::put(io::PutObject object, std::function<void()> then) {
  Task& task = waiting_.front();
  if (task.attempts == 0) task.stored.push_back(object.name);
  ++task.attempts;
  io::PutObject copy = object;  // shares the content
  putting_ = store_.put(std::move(copy), [this, object = std::move(object), then = std::move(then)](
                                             base::Expected<void> stored) mutable {
    Task& under_way = waiting_.front();
    if (!stored && may_pass(stored.error().code) && under_way.attempts < kAttempts) {
      again_.start(under_way.attempts * std::chrono::seconds(1),
                   [this, object = std::move(object), then = std::move(then)]() mutable {
                     put(std::move(object), std::move(then));
                   });
      return;
    }
    under_way.attempts = 0;
    if (!stored) return fail(std::move(stored.error()));
    const std::function<void()> next = std::move(then);
    next();  // this operation may be replaced by the next one
  });
}

void ClipMaker::finish() {
  Task task = std::move(waiting_.front());
  waiting_.pop_front();
  base::log_info("a clip is there",
                 {{"recording", task.request.recording}, {"clip", task.plan.facts.recording}});
  task.done(std::move(task.plan.facts));
  begin_next();
}

void ClipMaker::fail(base::Error error) {
  Task task = std::move(waiting_.front());
  waiting_.pop_front();
  again_.cancel();
  base::log_warn("a clip cannot be made",
                 {{"recording", task.request.recording}, {"reason", error.message}});
  std::ranges::move(task.stored, std::back_inserter(garbage_));
  if (removing_ == nullptr) take_back();
  task.done(base::fail(std::move(error)));
  begin_next();
}

// What is left over if that fails, too, is named by nothing.
void ClipMaker::take_back() {
  if (garbage_.empty()) return;
  io::ObjectName name = std::move(garbage_.front());
  garbage_.pop_front();
  removing_ = store_.remove(std::move(name), [this](const base::Expected<void>&) {
    removing_ = nullptr;
    take_back();
  });
}

std::unique_ptr<Clipper> make_clipper(io::Loop& loop, const Shelf& shelf, const Settings& settings,
                                      Above& above, io::ObjectStore* store) {
  (void)settings;  // where the spool is, the shelf knows
  if (store == nullptr) return nullptr;
  auto spool = io::open_local_object_store(loop, shelf.spool());
  return std::make_unique<ClipMaker>(loop, shelf, above, spool ? std::move(*spool) : nullptr,
                                     above.make_store(loop), *store);
}

}  // namespace record
