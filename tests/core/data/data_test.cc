#include <gtest/gtest.h>
// gtest first: rapidcheck's macros build on it.
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "core/data/element.h"
#include "core/data/schema.h"

namespace leat {
namespace {

rc::Gen<Value> scalars() {
  return rc::gen::oneOf(rc::gen::just(Value::null()),
                        rc::gen::map(rc::gen::arbitrary<bool>(), &Value::boolean),
                        rc::gen::map(rc::gen::arbitrary<int64_t>(), &Value::integer),
                        rc::gen::map(rc::gen::arbitrary<int64_t>(), &Value::time),
                        rc::gen::map(rc::gen::arbitrary<double>(), &Value::number),
                        rc::gen::map(rc::gen::arbitrary<std::string>(),
                                     [](const std::string& s) { return Value::text(s); }));
}

rc::Gen<Value> values() {
  return rc::gen::oneOf(
      scalars(), scalars(),
      rc::gen::map(rc::gen::container<std::vector<Value>>(scalars()),
                   [](std::vector<Value> items) { return Value::list(std::move(items)); }),
      rc::gen::map(
          rc::gen::container<std::vector<Value::MapEntry>>(rc::gen::pair(scalars(), scalars())),
          [](std::vector<Value::MapEntry> e) { return Value::map(std::move(e)); }));
}

TEST(Value, TakesSixteenBytesAndKeepsStringsOfAnyLength) {
  EXPECT_EQ(sizeof(Value), 16U);
  for (size_t length = 0; length < 40; ++length) {
    const std::string text(length, 'x');
    EXPECT_EQ(Value::text(text).as_text(), text);
    EXPECT_EQ(Value::text(text), Value::text(text));
    EXPECT_EQ(Value::text(text).hash(), Value::text(text).hash());
  }
}

TEST(Value, OrdersDoublesAsJavaDoes) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Value> ascending = {Value::number(-infinity),   Value::number(-1.5),
                                        Value::number(-0.0),        Value::number(0.0),
                                        Value::number(2.5),         Value::number(infinity),
                                        Value::number(std::nan(""))};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(ascending[i] < ascending[j], i < j) << i << " " << j;
    }
  }
  EXPECT_EQ(Value::number(std::nan("1")), Value::number(-std::nan("2")));
}

TEST(Value, OrdersTextsByUtf16Units) {
  // U+1F600 is a pair of surrogates in UTF-16 and so comes before U+FFFD.
  EXPECT_LT(Value::text("\xf0\x9f\x98\x80"), Value::text("\xef\xbf\xbd"));
  EXPECT_LT(Value::text("a"), Value::text("aa"));
  EXPECT_LT(Value::text(""), Value::text("a"));
}

TEST(Value, MapsAreSortedAndTheLastOfEqualKeysStays) {
  const Value map = Value::map({{Value::text("b"), Value::integer(1)},
                                {Value::text("a"), Value::integer(2)},
                                {Value::text("b"), Value::integer(3)}});
  EXPECT_EQ(map.to_text(), "{a: 2, b: 3}");
}

TEST(Value, AskingForTheWrongTypeIsAnInvariantViolation) {
  EXPECT_THROW((void)Value::text("1").as_int(), InvariantViolation);
  EXPECT_THROW((void)Value::null().as_text(), InvariantViolation);
}

RC_GTEST_PROP(ValueLaws, DecodeIsTheInverseOfEncode, ()) {
  const Value value = *values();
  ByteWriter out;
  value.encode(out);
  ByteReader in(out.bytes());
  const Value again = Value::decode(in);
  RC_ASSERT(again == value);
  RC_ASSERT(again.hash() == value.hash());
  RC_ASSERT(in.at_end());
}

RC_GTEST_PROP(ValueLaws, OrderIsTotalAndAgreesWithEquality, ()) {
  const Value a = *values();
  const Value b = *values();
  const int less = static_cast<int>(a < b) + static_cast<int>(b < a) + static_cast<int>(a == b);
  RC_ASSERT(less == 1);
}

RC_GTEST_PROP(ValueLaws, CopiesAndMovesKeepTheValue, ()) {
  const Value original = *values();
  Value copy = original;
  Value moved = std::move(copy);
  copy = moved;
  RC_ASSERT(copy == original);
  Value& same = copy;
  copy = same;
  RC_ASSERT(copy == original);
}

RowBatch two_rows() {
  RowBatch batch(2);
  batch.append(std::vector<Value>{Value::text("ann"), Value::integer(3)}, EventTime{500});
  batch.append(std::vector<Value>{Value::text("bob"), Value::integer(4)}, std::nullopt);
  return batch;
}

TEST(RowBatch, NoTimestampDiffersFromTheTimestampMin) {
  const RowBatch batch = two_rows();
  EXPECT_EQ(batch.timestamp(0), Timestamp(EventTime{500}));
  EXPECT_EQ(batch.timestamp(1), std::nullopt);
  RowBatch with_min = batch;
  with_min.set_timestamp(1, EventTime::min());
  EXPECT_EQ(with_min.timestamp(1), Timestamp(EventTime::min()));
  EXPECT_NE(with_min.hash(), batch.hash());
}

TEST(RowBatch, AChangedBitOfAValueOrATimestampChangesItsHash) {
  const uint64_t hash = two_rows().hash();
  for (uint32_t bit = 0; bit < 64; ++bit) {
    RowBatch batch = two_rows();
    batch.row(1)[1] = Value::integer(static_cast<int64_t>(4 ^ (uint64_t{1} << bit)));
    EXPECT_NE(batch.hash(), hash) << "value, bit " << bit;
    batch = two_rows();
    batch.set_timestamp(0, EventTime{static_cast<int64_t>(500 ^ (uint64_t{1} << bit))});
    EXPECT_NE(batch.hash(), hash) << "timestamp, bit " << bit;
  }
}

TEST(RowBatch, TheOrderOfRowsChangesItsHash) {
  RowBatch turned(2);
  turned.append_row_of(two_rows(), 1);
  turned.append_row_of(two_rows(), 0);
  EXPECT_NE(turned.hash(), two_rows().hash());
}

RC_GTEST_PROP(BatchLaws, DecodeIsTheInverseOfEncode,
              (const std::vector<std::pair<int64_t, bool>>& stamps)) {
  Batch batch;
  batch.rows.set_width(1);
  for (const auto& [stamp, none] : stamps) {
    batch.rows.append(std::vector<Value>{*values()}, none ? Timestamp() : EventTime{stamp});
  }
  batch.control =
      *rc::gen::element<Control>(std::monostate{}, Watermark{EventTime::max()}, StreamStatus::kIdle,
                                 CheckpointBarrier{{7}, {123}}, CancelCheckpointMarker{{8}},
                                 EndOfData{false}, EndOfPartition{});
  ByteWriter out;
  batch.encode(out);
  ByteReader in(out.bytes());
  const Batch again = Batch::decode(in);
  RC_ASSERT(in.at_end());
  RC_ASSERT(again.hash() == batch.hash());
  RC_ASSERT(again.control == batch.control);
  for (uint32_t i = 0; i < batch.rows.size(); ++i) {
    RC_ASSERT(again.rows.timestamp(i) == batch.rows.timestamp(i));
    RC_ASSERT(again.rows.row(i)[0] == batch.rows.row(i)[0]);
  }
}

TEST(Schema, FindsFieldsByName) {
  const Schema schema{{{"k", ValueType::kString}, {"v", ValueType::kInt}}};
  EXPECT_EQ(schema.find("v"), 1U);
  EXPECT_EQ(schema.find("w"), std::nullopt);
}

}  // namespace
}  // namespace leat
