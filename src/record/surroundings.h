// What all recordings of an engine share, and what it counts.
#pragma once

#include <cstdint>
#include <functional>

#include "base/metrics.h"
#include "io/descriptor.h"
#include "record/picture_maker.h"
#include "record/record.h"
#include "record/shelf.h"

namespace record {

struct RecordMetrics {
  RecordMetrics();
  base::Gauge& running;
  base::Gauge& spool;
  base::Counter& stored;
  base::Counter& retries;
  base::Counter& failures;
  base::Counter& parts;
};

struct Surroundings {
  const Settings& settings;
  Shelf& shelf;
  io::ObjectStore* store = nullptr;  // null: nothing is stored
  PictureMaker* pictures = nullptr;  // null: no thumbnails
  RecordMetrics& metrics;
  std::function<void(const Notice&)> tell;
  /// Puts a file on the disk for good, off this thread; `done` comes later.
  std::function<void(io::Descriptor, std::move_only_function<void(base::Expected<void>)>)> sync;
};

}  // namespace record
