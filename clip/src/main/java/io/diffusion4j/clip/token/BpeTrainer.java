package io.diffusion4j.clip.token;

import io.diffusion4j.clip.token.Vocabulary.Merge;
import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Learns a vocabulary from captions by byte-pair encoding (Sennrich et al. 2016, alg. 1): the pair
 * of neighbouring symbols that is most frequent becomes a symbol, over and over.
 *
 * <p>The result depends only on the frequency of each caption, not on their order; among equally
 * frequent pairs the one with the lower ids is merged first.
 *
 * @param vocabularySize the requested number of ids, at least the 514 of every vocabulary
 * @param minCount the smallest frequency of a merged pair, at least 1; a pair that occurs once does
 *     not generalise
 * @param normalization the normalization of the tokenizer
 */
public record BpeTrainer(int vocabularySize, long minCount, TextNormalization normalization) {
  private static final int SMALLEST = Vocabulary.inClipOrder(List.of()).size();

  public BpeTrainer {
    Check.that(vocabularySize >= SMALLEST, "vocabularySize", vocabularySize, "≥ %s", SMALLEST);
    Check.that(minCount >= 1, "minCount", minCount, "≥ 1");
  }

  /**
   * Creates a trainer for {@link TextNormalization#HUGGING_FACE} that merges pairs that occur at
   * least twice.
   */
  public static BpeTrainer ofSize(int vocabularySize) {
    return new BpeTrainer(vocabularySize, 2, TextNormalization.HUGGING_FACE);
  }

  /**
   * Learns from captions.
   *
   * @return a vocabulary in CLIP's order, of the requested size, or smaller if the captions have no
   *     more pairs to merge
   */
  public Vocabulary train(Stream<String> captions) {
    var words = new Words();
    captions.sequential().forEach(caption -> words.add(caption, 1));
    return train(words);
  }

  /**
   * Learns from captions and their frequencies.
   *
   * @return as {@link #train(Stream)}
   * @throws IllegalArgumentException if a count is below 1
   */
  public Vocabulary train(Map<String, Long> captions) {
    var words = new Words();
    captions.forEach(
        (caption, count) -> {
          Check.that(count >= 1, "count of \"" + caption + "\"", count, "≥ 1");
          words.add(caption, count);
        });
    return train(words);
  }

  private Vocabulary train(Words words) {
    var learner = new Learner(words.counts);
    while (learner.size() < vocabularySize && learner.mergeMostFrequent(minCount)) {}
    return Vocabulary.inClipOrder(List.copyOf(learner.merges));
  }

  /** The frequency of each piece, sorted to be independent of the order of the captions. */
  private final class Words {
    private final Map<String, Long> counts = new TreeMap<>();
    private final PreTokenizer pieces = new PreTokenizer(Vocabulary.START, Vocabulary.END);

    void add(String caption, long count) {
      pieces.forEach(
          normalization.apply(caption),
          piece -> {
            String word = piece.group();
            if (!word.equals(Vocabulary.START) && !word.equals(Vocabulary.END)) {
              counts.merge(word, count, Math::addExact);
            }
          });
    }
  }

  private record Pair(int left, int right) {}

  private record Candidate(long count, Pair pair) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      if (count != other.count) {
        return Long.compare(other.count, count); // the most frequent first
      }
      return pair.left != other.pair.left
          ? Integer.compare(pair.left, other.pair.left)
          : Integer.compare(pair.right, other.pair.right);
    }
  }

  /** The words as symbols so far. A merge touches only the words that have the pair. */
  private static final class Learner {
    private final Set<Merge> merges = new LinkedHashSet<>();
    private final List<String> symbols = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final int[][] words;
    private final long[] wordCounts;
    private final Map<Pair, Long> pairCounts = new HashMap<>();
    private final Map<Pair, Set<Integer>> pairWords = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

    Learner(Map<String, Long> counts) {
      ByteSymbols.ORDER.forEach(this::id);
      ByteSymbols.ORDER.forEach(symbol -> id(symbol + Vocabulary.END_OF_WORD));
      words = new int[counts.size()][];
      wordCounts = new long[counts.size()];
      Set<Pair> changed = new HashSet<>();
      int word = 0;
      for (Map.Entry<String, Long> entry : counts.entrySet()) {
        String bytes = ByteSymbols.of(entry.getKey());
        words[word] = new int[bytes.length()];
        for (int i = 0; i < bytes.length(); i++) {
          String symbol = bytes.substring(i, i + 1);
          words[word][i] = id(i == bytes.length() - 1 ? symbol + Vocabulary.END_OF_WORD : symbol);
        }
        wordCounts[word] = entry.getValue();
        count(word, 1, changed);
        word++;
      }
      offer(changed);
    }

    /** Returns the size of the vocabulary, with the start and end symbols. */
    int size() {
      return symbols.size() + 2;
    }

    private int id(String symbol) {
      return ids.computeIfAbsent(
          symbol,
          s -> {
            symbols.add(s);
            return symbols.size() - 1;
          });
    }

    /** Whether there was a pair to merge. */
    boolean mergeMostFrequent(long minCount) {
      Candidate best = queue.poll();
      while (best != null && best.count != pairCounts.getOrDefault(best.pair, 0L)) {
        best = queue.poll(); // an outdated count; the present one is in the queue too
      }
      if (best == null || best.count < minCount) {
        return false;
      }
      Pair pair = best.pair;
      var merge = new Merge(symbols.get(pair.left), symbols.get(pair.right));
      // Both may exist: ab + c and a + bc make the same symbol, and so a pair merged long ago anew.
      merges.add(merge);
      int result = id(merge.result());
      Set<Pair> changed = new HashSet<>();
      for (int word : pairWords.getOrDefault(pair, Set.of()).toArray(Integer[]::new)) {
        count(word, -1, changed);
        words[word] = merged(words[word], pair, result);
        count(word, 1, changed);
      }
      offer(changed);
      return true;
    }

    private static int[] merged(int[] word, Pair pair, int result) {
      int[] merged = new int[word.length];
      int length = 0;
      for (int i = 0; i < word.length; i++) {
        boolean here = i + 1 < word.length && word[i] == pair.left && word[i + 1] == pair.right;
        merged[length++] = here ? result : word[i];
        i += here ? 1 : 0;
      }
      return Arrays.copyOf(merged, length);
    }

    /** Adds the pairs of a word to the counts, or subtracts them. */
    private void count(int word, int sign, Set<Pair> changed) {
      int[] ids = words[word];
      for (int i = 0; i + 1 < ids.length; i++) {
        var pair = new Pair(ids[i], ids[i + 1]);
        changed.add(pair);
        long count = pairCounts.merge(pair, sign * wordCounts[word], Long::sum);
        Set<Integer> in = pairWords.computeIfAbsent(pair, p -> new HashSet<>());
        if (sign > 0) {
          in.add(word);
        } else {
          in.remove(word);
        }
        if (count == 0) {
          pairCounts.remove(pair);
          pairWords.remove(pair);
        }
      }
    }

    private void offer(Set<Pair> changed) {
      for (Pair pair : changed) {
        Long count = pairCounts.get(pair);
        if (count != null) {
          queue.add(new Candidate(count, pair));
        }
      }
    }
  }
}
