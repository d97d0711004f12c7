package io.diffusion4j.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order of pictures in batches of one bucket each. An epoch has each picture once, in an order
 * of its own; the last batch of a bucket is filled up with its first pictures. The batches of all
 * buckets are mixed. Everything is a function of the seed and the index.
 */
final class BucketOrder {
  private final long[][] members;
  private final int batchSize;
  private final long seed;

  /** The bucket of each batch of an epoch, before they are mixed. */
  private final int[] buckets;

  /** The first batch of each bucket in that list. */
  private final int[] first;

  /**
   * Arranges pictures.
   *
   * @param bucketOf the bucket of each picture; negative for a picture that is left out
   * @param count the number of buckets
   */
  BucketOrder(int[] bucketOf, int count, int batchSize, long seed) {
    this.batchSize = batchSize;
    this.seed = seed;
    members = new long[count][];
    first = new int[count];
    List<Integer> all = new ArrayList<>();
    for (int bucket = 0; bucket < count; bucket++) {
      int own = bucket;
      members[bucket] =
          IntStream.range(0, bucketOf.length)
              .filter(i -> bucketOf[i] == own)
              .asLongStream()
              .toArray();
      first[bucket] = all.size();
      int batches = (members[bucket].length + batchSize - 1) / batchSize;
      all.addAll(Collections.nCopies(batches, bucket));
    }
    buckets = all.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Returns the bucket of an example. */
  int bucket(long index) {
    return buckets[batch(index)];
  }

  /** Returns the number of pictures in the bucket of an example. */
  long pictures(long index) {
    return members[bucket(index)].length;
  }

  /**
   * Returns the picture of an example.
   *
   * @param attempt the number of pictures before it that could not be used, each replaced by the
   *     next of its bucket
   */
  long picture(long index, long attempt) {
    int batch = batch(index);
    long[] own = members[buckets[batch]];
    long place = (long) (batch - first[buckets[batch]]) * batchSize + index % batchSize + attempt;
    return own[(int) new Permutation(own.length, seed, epoch(index)).at(place % own.length)];
  }

  private int batch(long index) {
    var mixed = new Permutation(buckets.length, ~seed, epoch(index));
    return (int) mixed.at(index / batchSize % buckets.length);
  }

  private long epoch(long index) {
    return index / batchSize / buckets.length;
  }
}
