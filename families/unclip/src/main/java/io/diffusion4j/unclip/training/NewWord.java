package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.diffusion.embedding.Vectors;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A word that a CLIP was not trained with, as a token of its own. Its embedding is the mean of
 * those of the known words whose texts are nearest to pictures of what it names, as textual
 * inversion starts with that of a similar word (Gal et al. 2022, §4): in a text the other words
 * then keep their meaning, and a prior and a decoder can learn what sets the new thing apart. The
 * image tower stays, and so does the embedding of every other text.
 */
public final class NewWord {
  private static final String TOKENS = "text_model.embeddings.token_embedding.weight";

  /** The number of known words that a new one starts from. */
  private static final int NEAREST = 4;

  private NewWord() {}

  /** A known word and the cosine of its text to the pictures. */
  private record Near(int id, String word, double cosine) {}

  /**
   * Writes the text tower, the tokenizer and the list of words of a model with new words; the other
   * components are not written.
   *
   * @param from a model with a list of words
   * @param to the folder that is written
   * @param pictures pictures of what the words name together
   * @return the known words that the new ones start from, the nearest first
   */
  public static List<String> write(
      Path from, Path to, List<String> words, List<Image> pictures, Compute compute) {
    var known = KnownWords.read(from).orElseThrow();
    try (var weights = Checkpoint.open(from.resolve(UnclipFolder.TEXT_ENCODER))) {
      var before = ClipTokenizer.load(from.resolve(UnclipFolder.TOKENIZER));
      var near = nearest(from, known, before, pictures, compute);
      var after = before;
      for (String word : words) {
        after = after.withWord(word);
      }
      var network = ClipFolders.readText(from.resolve(UnclipFolder.TEXT_ENCODER));
      int width = network.transformer().width();
      float[] rows = weights.read(TOKENS);
      float[] more = Arrays.copyOf(rows, after.vocabulary().size() * width);
      for (int row = network.vocabulary(); row < after.vocabulary().size(); row++) {
        for (int i = 0; i < width; i++) {
          double sum = 0;
          for (Near one : near) {
            sum += rows[one.id * width + i];
          }
          more[row * width + i] = (float) (sum / near.size());
        }
      }
      var changed = new TensorMap();
      for (String name : weights.names()) {
        if (!name.equals(TOKENS)) {
          changed.as(name, weights, name);
        }
      }
      changed.put(TOKENS, new long[] {after.vocabulary().size(), width}, more);
      Map<String, String> notes = new LinkedHashMap<>(weights.metadata());
      notes.put("diffusion4j.new_words", String.join(" ", words));
      Path tower = Files.createDirectories(to.resolve(UnclipFolder.TEXT_ENCODER));
      ClipFolders.writeText(
          tower,
          network.withVocabulary(after.vocabulary().size()),
          after.startId(),
          after.endId(),
          after.padId(),
          changed,
          notes);
      after.save(to.resolve(UnclipFolder.TOKENIZER));
      KnownWords.of(Stream.concat(known.sorted().stream(), words.stream()).toList()).write(to);
      return near.stream().map(Near::word).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot add words to " + from + ": " + e, e);
    }
  }

  /** Returns the nearest words that are a token each. */
  private static List<Near> nearest(
      Path model,
      KnownWords known,
      ClipTokenizer tokenizer,
      List<Image> pictures,
      Compute compute) {
    try (var clip = ClipEncoders.open(model, Optional.empty(), compute)) {
      float[] mean = new float[clip.size()];
      for (float[] picture : clip.image().encode(pictures)) {
        double length = Vectors.length(picture);
        for (int i = 0; i < mean.length; i++) {
          mean[i] += (float) (picture[i] / length);
        }
      }
      var words = known.sorted().stream().filter(word -> tokenizer.ids(word).length == 1).toList();
      var texts = clip.text().encode(words.stream().map(word -> "a " + word).toList());
      return IntStream.range(0, words.size())
          .mapToObj(
              i -> {
                String word = words.get(i);
                double cosine = Vectors.cosine(mean, texts.get(i).embedding());
                return new Near(tokenizer.ids(word)[0], word, cosine);
              })
          .sorted(Comparator.comparingDouble(Near::cosine).reversed())
          .limit(NEAREST)
          .toList();
    }
  }
}
