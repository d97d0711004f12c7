package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.DerivedTensors;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.nn.weights.CheckpointTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A file of OpenAI's CLIP, such as {@code ViT-L-14.pt}, with the parameters under transformers'
 * names: packed projections of attention are split into three, and the two last matrices are
 * transposed.
 *
 * @param origin the origin of the file, for messages
 * @param network the towers, with OpenAI's keys
 * @param tensors the tensors with transformers' keys, those of {@code CLIPModel}
 */
public record OpenAiFile(Path origin, ClipNetwork network, TensorSource tensors) {
  private static final String[] PARTS = {"q_proj", "k_proj", "v_proj"};
  private static final ClipKeys FROM = ClipKeys.OPENAI;
  private static final ClipKeys TO = ClipKeys.HUGGING_FACE;

  /**
   * Reads the shapes.
   *
   * @param file must stay open while this is used
   * @param origin the origin of the file, for messages
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is no CLIP with a vision
   *     transformer
   */
  public static OpenAiFile of(Path origin, TensorSource file) {
    var network =
        OpenAiClip.ofShapes(origin, new CheckpointTensors(origin, file, OpenAiClip::isParameter));
    var derived = new DerivedTensors(origin, Map.of("format", "pt"));
    derived.as(TO.text.tokens() + ".weight", file, FROM.text.tokens() + ".weight");
    derived.as(TO.text.positions(), file, FROM.text.positions());
    both(derived, file, TO.text.norm(), FROM.text.norm());
    derived.transposed(TO.text.projection() + ".weight", file, FROM.text.projection());
    transformer(
        derived,
        file,
        TO.text.transformer(),
        FROM.text.transformer(),
        network.text().transformer());
    derived.as(TO.vision.patches() + ".weight", file, FROM.vision.patches() + ".weight");
    derived.as(TO.vision.classToken(), file, FROM.vision.classToken());
    derived.as(TO.vision.positions(), file, FROM.vision.positions());
    both(derived, file, TO.vision.preNorm(), FROM.vision.preNorm());
    both(derived, file, TO.vision.postNorm(), FROM.vision.postNorm());
    derived.transposed(TO.vision.projection() + ".weight", file, FROM.vision.projection());
    transformer(
        derived,
        file,
        TO.vision.transformer(),
        FROM.vision.transformer(),
        network.vision().transformer());
    derived.as(ClipKeys.LOGIT_SCALE, file, ClipKeys.LOGIT_SCALE);
    return new OpenAiFile(origin, network, derived);
  }

  private static void both(DerivedTensors derived, TensorSource file, String to, String from) {
    derived.as(to + ".weight", file, from + ".weight");
    derived.as(to + ".bias", file, from + ".bias");
  }

  private static void transformer(
      DerivedTensors derived, TensorSource file, String to, String from, Transformer transformer) {
    for (int layer = 0; layer < transformer.layers(); layer++) {
      String theirs = from + "." + FROM.blocks.blocks + "." + layer + ".";
      String ours = to + "." + TO.blocks.blocks + "." + layer + ".";
      both(derived, file, ours + TO.blocks.norm1, theirs + FROM.blocks.norm1);
      both(derived, file, ours + TO.blocks.norm2, theirs + FROM.blocks.norm2);
      both(derived, file, ours + TO.blocks.out, theirs + FROM.blocks.out);
      both(derived, file, ours + TO.blocks.widen, theirs + FROM.blocks.widen);
      both(derived, file, ours + TO.blocks.narrow, theirs + FROM.blocks.narrow);
      for (int part = 0; part < PARTS.length; part++) {
        String projection = ours + "self_attn." + PARTS[part];
        int[] third = {part};
        int rows = transformer.width();
        derived.rows(projection + ".weight", file, theirs + "attn.in_proj_weight", rows, third);
        derived.rows(projection + ".bias", file, theirs + "attn.in_proj_bias", rows, third);
      }
    }
  }

  /** Returns the tensors of the text tower or of the image tower, in the order of the file. */
  public TensorSource tower(boolean text) {
    var tower = new DerivedTensors(origin, tensors.metadata());
    tensors.names().stream()
        .filter(name -> text ? TO.isText(name) : TO.isVision(name))
        .forEach(name -> tower.as(name, tensors, name));
    return tower;
  }

  /** Returns the same towers with transformers' keys. */
  public ClipNetwork renamed() {
    var text = network.text();
    var vision = network.vision();
    return new ClipNetwork(
        new ClipTextNetwork(
            text.transformer(), text.vocabulary(), text.positions(), text.embeddingDim()),
        new ClipVisionNetwork(
            vision.transformer(), vision.imageSize(), vision.patch(), vision.embeddingDim()));
  }

  /**
   * Writes a folder with transformers' {@code CLIPModel}: settings, weights, vocabulary and
   * preprocessing.
   *
   * @param vocabulary {@code bpe_simple_vocab_16e6.txt.gz} of OpenAI, or the folder of a tokenizer
   * @param dtype how floats are stored; empty for no conversion
   * @param maxShardBytes the largest size of a file of weights
   * @throws UncheckedIOException if a file cannot be read or written
   */
  public static void convert(
      Path file, Path vocabulary, Path output, Optional<DType> dtype, long maxShardBytes) {
    try (var checkpoint = Checkpoint.open(file)) {
      var model = of(file, checkpoint);
      var words =
          Files.isDirectory(vocabulary)
              ? ClipTokenizer.load(vocabulary)
              : ClipTokenizer.openAi(vocabulary);
      var tokenizer = model.network().text().fitted(words);
      Files.createDirectories(output);
      ClipFolders.writeConfig(
          output, model.renamed(), tokenizer.startId(), tokenizer.endId(), tokenizer.padId());
      tokenizer.save(output);
      ClipPreprocessor.clip(model.network().vision().imageSize())
          .save(output.resolve("preprocessor_config.json"));
      new SafetensorsWriter()
          .notes(model.tensors().metadata())
          .copyAll(model.tensors(), dtype)
          .writeSharded(output, Checkpoint.TRANSFORMERS, maxShardBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot convert " + file + ": " + e.getMessage(), e);
    }
  }
}
