package io.diffusion4j.clip.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.clip.token.Vocabulary.Merge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BpeTrainerTest {
  private static final List<String> CAPTIONS =
      List.of(
          "a photo of a cat",
          "a photo of the cat and the dog",
          "the fat cat sat on the mat",
          "don't pat the cat",
          "ein Füchschen 🦊 und 東京 🦊",
          "banana bananas aaaa aaaaa 2024");

  @Test
  void theVocabularyIsInTheOrderOfClip() {
    Vocabulary vocabulary = BpeTrainer.ofSize(530).train(CAPTIONS.stream());
    assertThat(vocabulary.size()).isEqualTo(530);
    assertThat(vocabulary.merges()).hasSize(16);
    List<String> symbols = vocabulary.symbols();
    assertThat(symbols.get(0)).isEqualTo("!");
    assertThat(symbols.get(93)).isEqualTo("~");
    assertThat(symbols.get(94)).isEqualTo("¡");
    assertThat(symbols.get(188)).isEqualTo("Ā");
    assertThat(symbols.get(255)).isEqualTo("\u0143");
    assertThat(symbols.get(256)).isEqualTo("!</w>");
    assertThat(symbols.get(320)).isEqualTo("a</w>");
    assertThat(symbols.subList(512, 528))
        .isEqualTo(vocabulary.merges().stream().map(Merge::result).toList());
    assertThat(symbols.subList(528, 530)).containsExactly("<|startoftext|>", "<|endoftext|>");
  }

  /** "at</w>" occurs in cat (4), fat, sat, mat and pat: nothing is more frequent. */
  @Test
  void theMostFrequentPairIsLearnedFirst() {
    List<Merge> merges = BpeTrainer.ofSize(514 + 1).train(CAPTIONS.stream()).merges();
    assertThat(merges).containsExactly(new Merge("a", "t</w>"));
  }

  @Test
  void amongEquallyFrequentPairsTheLowerIdsComeFirst() {
    List<Merge> merges = BpeTrainer.ofSize(514 + 3).train(Stream.of("xy", "xy", "bd bd")).merges();
    assertThat(merges).containsExactly(new Merge("b", "d</w>"), new Merge("x", "y</w>"));
  }

  @Test
  void theOrderOfTheCaptionsDoesNotMatter() {
    Vocabulary vocabulary = BpeTrainer.ofSize(560).train(CAPTIONS.stream());
    List<String> shuffled = new ArrayList<>(CAPTIONS);
    for (int seed = 0; seed < 5; seed++) {
      Collections.shuffle(shuffled, new Random(seed));
      assertThat(BpeTrainer.ofSize(560).train(shuffled.stream())).isEqualTo(vocabulary);
    }
  }

  @Test
  void aCountIsAsGoodAsRepetition() {
    Vocabulary counted =
        BpeTrainer.ofSize(530).train(Map.of("the cat", 3L, "a cot", 2L, "a dot", 1L));
    Vocabulary repeated =
        BpeTrainer.ofSize(530)
            .train(Stream.of("the cat", "a dot", "a cot", "the cat", "the cat", "a cot"));
    assertThat(counted).isEqualTo(repeated);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void countingWhatChangesIsCountingEverything(long seed) {
    var random = new Random(seed);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      var word = new StringBuilder();
      for (int n = 1 + random.nextInt(12); n > 0; n--) {
        word.append((char) ('a' + random.nextInt(3)));
      }
      words.addAll(Collections.nCopies(1 + random.nextInt(4), word.toString()));
    }
    Vocabulary vocabulary = BpeTrainer.ofSize(514 + 60).train(words.stream());
    assertThat(vocabulary.merges()).isEqualTo(byDefinition(words, vocabulary.merges().size()));
  }

  private static List<Merge> byDefinition(List<String> texts, int count) {
    List<List<String>> words = new ArrayList<>();
    for (String text : texts) {
      List<String> word = new ArrayList<>(List.of(text.split("")));
      word.set(word.size() - 1, word.get(word.size() - 1) + "</w>");
      words.add(word);
    }
    List<Merge> merges = new ArrayList<>();
    while (merges.size() < count) {
      List<String> ids = Vocabulary.inClipOrder(merges).symbols();
      Map<List<Integer>, Integer> pairs =
          new TreeMap<>(
              (a, b) -> Arrays.compare(a.toArray(Integer[]::new), b.toArray(Integer[]::new)));
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          pairs.merge(
              List.of(ids.indexOf(word.get(i)), ids.indexOf(word.get(i + 1))), 1, Integer::sum);
        }
      }
      int most = Collections.max(pairs.values());
      List<Integer> best =
          pairs.entrySet().stream()
              .filter(e -> e.getValue() == most)
              .findFirst()
              .orElseThrow()
              .getKey();
      var merge = new Merge(ids.get(best.get(0)), ids.get(best.get(1)));
      if (!merges.contains(merge)) {
        merges.add(merge);
      }
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.get(i).equals(merge.left()) && word.get(i + 1).equals(merge.right())) {
            word.set(i, merge.result());
            word.remove(i + 1);
          }
        }
      }
    }
    return merges;
  }

  @Test
  void captionsThatAreExhaustedGiveASmallerVocabulary() {
    Vocabulary vocabulary = BpeTrainer.ofSize(1000).train(Stream.of("ab ab", "cd"));
    assertThat(vocabulary.merges()).containsExactly(new Merge("a", "b</w>"));
    assertThat(vocabulary.size()).isEqualTo(515);
    assertThat(
            new BpeTrainer(1000, 1, TextNormalization.OPENAI)
                .train(Stream.of("ab ab", "cd"))
                .merges())
        .containsExactly(new Merge("a", "b</w>"), new Merge("c", "d</w>"));
    assertThat(
            BpeTrainer.ofSize(1000).train(Stream.of("", "<|endoftext|>", "<|endoftext|>")).size())
        .isEqualTo(514);
  }

  @Test
  void frequentWordsAreOneSymbol() {
    ClipTokenizer tokenizer = trained(700);
    assertThat(tokenizer.ids("the cat")).hasSize(2);
    assertThat(tokenizer.decode(tokenizer.ids("Unseen WÖRDS, 100%")))
        .isEqualTo("unseen wörds , 1 0 0 %");
  }

  private static ClipTokenizer trained(int size) {
    return new ClipTokenizer(
        BpeTrainer.ofSize(size).train(CAPTIONS.stream()),
        TokenizerConfig.karlo(),
        TextNormalization.HUGGING_FACE);
  }

  @Test
  void aTrainedTokenizerReadFromDiskIsTheSame(@TempDir Path folder) throws IOException {
    ClipTokenizer tokenizer = trained(560);
    tokenizer.save(folder.resolve("tokenizer"));
    ClipTokenizer read = ClipTokenizer.load(folder.resolve("tokenizer"));
    assertThat(read.vocabulary()).isEqualTo(tokenizer.vocabulary());
    assertThat(read.config()).isEqualTo(tokenizer.config());
    for (String caption : CAPTIONS) {
      assertThat(read.encode(caption).ids()).containsExactly(tokenizer.encode(caption).ids());
    }
    assertThat(Files.readAllLines(folder.resolve("tokenizer/merges.txt")))
        .startsWith("#version: 0.2", "a t</w>");
  }

  @Test
  @Timeout(60)
  void tensOfThousandsOfCaptionsTakeSeconds() {
    var random = new Random(1);
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      var word = new StringBuilder();
      for (int n = 2 + random.nextInt(5); n > 0; n--) {
        word.append("kstnrl".charAt(random.nextInt(6))).append("aeiou".charAt(random.nextInt(5)));
      }
      words.add(word.toString());
    }
    Stream<String> captions =
        Stream.generate(
                () ->
                    String.join(
                        " ",
                        Stream.generate(
                                () ->
                                    words.get(
                                        (int) (words.size() * Math.pow(random.nextDouble(), 3))))
                            .limit(8)
                            .toList()))
            .limit(30_000);
    assertThat(BpeTrainer.ofSize(4096).train(captions).size()).isEqualTo(4096);
  }

  @Test
  void badRequestsAreNamed() {
    assertThatThrownBy(() -> BpeTrainer.ofSize(513))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vocabularySize: 513 (expected: ≥ 514)");
    assertThatThrownBy(() -> new BpeTrainer(600, 0, TextNormalization.OPENAI))
        .hasMessage("minCount: 0 (expected: ≥ 1)");
    assertThatThrownBy(() -> BpeTrainer.ofSize(600).train(Map.of("cat", 0L)))
        .hasMessage("count of \"cat\": 0 (expected: ≥ 1)");
  }
}
