package io.diffusion4j.clip.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.clip.token.Vocabulary.Merge;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytePairsTest {
  /** Merges in any order, also orders that no training would give. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theQueueDoesWhatTheDefinitionSays(long seed) {
    var random = new Random(seed);
    List<String> parts = new ArrayList<>(List.of("a", "b", "c", "a</w>", "b</w>", "c</w>"));
    Set<Merge> learned = new LinkedHashSet<>();
    while (learned.size() < 40) {
      String left = parts.get(random.nextInt(parts.size()));
      String right = parts.get(random.nextInt(parts.size()));
      if (!left.endsWith("</w>") && left.length() + right.length() < 12) {
        var merge = new Merge(left, right);
        learned.add(merge);
        parts.add(merge.result());
      }
    }
    List<Merge> merges = new ArrayList<>(learned);
    Collections.shuffle(merges, random);
    Vocabulary vocabulary = Vocabulary.inClipOrder(merges);
    var bytePairs = new BytePairs(vocabulary, 0, Vocabulary.END_OF_WORD);
    for (int i = 0; i < 500; i++) {
      var piece = new StringBuilder();
      for (int n = 1 + random.nextInt(24); n > 0; n--) {
        piece.append((char) ('a' + random.nextInt(3)));
      }
      List<String> symbols = new ArrayList<>();
      for (int id : bytePairs.encode(piece.toString())) {
        symbols.add(vocabulary.symbols().get(id));
      }
      assertThat(symbols).isEqualTo(byDefinition(piece.toString(), merges));
    }
  }

  private static List<String> byDefinition(String piece, List<Merge> merges) {
    List<String> word = new ArrayList<>(List.of(piece.split("")));
    word.set(word.size() - 1, word.get(word.size() - 1) + "</w>");
    while (true) {
      int best = merges.size();
      for (int i = 0; i + 1 < word.size(); i++) {
        int rank = merges.indexOf(new Merge(word.get(i), word.get(i + 1)));
        best = rank >= 0 ? Math.min(best, rank) : best;
      }
      if (best == merges.size()) {
        return word;
      }
      Merge merge = merges.get(best);
      for (int i = 0; i + 1 < word.size(); i++) {
        if (word.get(i).equals(merge.left()) && word.get(i + 1).equals(merge.right())) {
          word.set(i, merge.result());
          word.remove(i + 1);
        }
      }
    }
  }
}
