package io.diffusion4j.clip.token;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Byte-pair encoding of one piece (Sennrich et al. 2016): the earliest learned merge that applies
 * is made in all places, from left to right, until no merge applies. Safe for use by many threads.
 *
 * <p>Takes O(n log n) for n bytes, so that a long prompt without spaces cannot overload it.
 */
final class BytePairs {
  /** Bounds of the memory that remembered pieces take: a few megabytes. */
  private static final int CACHED_PIECES = 16_384;

  private static final int CACHED_LENGTH = 64;

  private record Ranked(int rank, int result) {}

  private record Candidate(int rank, int position, int left, int right, int result)
      implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      return rank != other.rank
          ? Integer.compare(rank, other.rank)
          : Integer.compare(position, other.position);
    }
  }

  private final Map<String, Integer> symbols = new HashMap<>();
  private final Map<Long, Ranked> merges = new HashMap<>();
  private final int unknown;
  private final String endOfWord;
  private final int size;
  private final Map<String, int[]> cache = new ConcurrentHashMap<>();

  /**
   * @param unknown the id of a byte that the vocabulary has no symbol for
   * @param endOfWord the suffix of the last symbol of a piece; may be empty
   */
  BytePairs(Vocabulary vocabulary, int unknown, String endOfWord) {
    this.unknown = unknown;
    this.endOfWord = endOfWord;
    size = vocabulary.size();
    for (String symbol : vocabulary.symbols()) {
      symbols.put(symbol, symbols.size());
    }
    for (int rank = 0; rank < vocabulary.merges().size(); rank++) {
      Vocabulary.Merge merge = vocabulary.merges().get(rank);
      merges.put(pair(id(merge.left()), id(merge.right())), new Ranked(rank, id(merge.result())));
    }
    for (String symbol : ByteSymbols.ORDER) { // those without an id take part, and end as unknown
      symbols.putIfAbsent(symbol, symbols.size());
      symbols.putIfAbsent(symbol + endOfWord, symbols.size());
    }
  }

  /** Returns the ids of a piece that is not empty; not to be modified. */
  int[] encode(String piece) {
    int[] known = cache.get(piece);
    if (known != null) {
      return known;
    }
    int[] ids = merge(ByteSymbols.of(piece));
    if (piece.length() <= CACHED_LENGTH) {
      if (cache.size() >= CACHED_PIECES) {
        cache.clear(); // as good as any order of eviction for words, and needs no lock
      }
      cache.put(piece, ids);
    }
    return ids;
  }

  private int[] merge(String bytes) {
    int n = bytes.length();
    int[] ids = new int[n];
    int[] previous = new int[n];
    int[] next = new int[n]; // n: none; a symbol that was merged into its left neighbour has -1
    for (int i = 0; i < n; i++) {
      String symbol = bytes.substring(i, i + 1);
      ids[i] = id(i == n - 1 ? symbol + endOfWord : symbol);
      previous[i] = i - 1;
      next[i] = i + 1;
    }
    var queue = new PriorityQueue<Candidate>();
    for (int i = 0; i + 1 < n; i++) {
      offer(queue, ids, i, i + 1);
    }
    List<Candidate> sameRank = new ArrayList<>();
    while (!queue.isEmpty()) {
      // All of a rank before any that they give rise to: that is the order of the reference.
      sameRank.clear();
      int rank = queue.element().rank;
      while (!queue.isEmpty() && queue.element().rank == rank) {
        sameRank.add(queue.remove());
      }
      for (Candidate candidate : sameRank) {
        int i = candidate.position;
        int j = next[i];
        if (j < 0 || j >= n || ids[i] != candidate.left || ids[j] != candidate.right) {
          continue; // one of the two has been merged with its other neighbour
        }
        ids[i] = candidate.result;
        next[i] = next[j];
        next[j] = -1;
        if (next[i] < n) {
          previous[next[i]] = i;
          offer(queue, ids, i, next[i]);
        }
        if (previous[i] >= 0) {
          offer(queue, ids, previous[i], i);
        }
      }
    }
    int count = 0;
    for (int i = 0; i < n; i = next[i]) {
      ids[count++] = ids[i] < size ? ids[i] : unknown;
    }
    return Arrays.copyOf(ids, count);
  }

  private void offer(PriorityQueue<Candidate> queue, int[] ids, int i, int j) {
    Ranked ranked = merges.get(pair(ids[i], ids[j]));
    if (ranked != null) {
      queue.add(new Candidate(ranked.rank, i, ids[i], ids[j], ranked.result));
    }
  }

  private int id(String symbol) {
    return Objects.requireNonNull(symbols.get(symbol), symbol); // a vocabulary is complete
  }

  private static long pair(int left, int right) {
    return (long) left << Integer.SIZE | right;
  }
}
