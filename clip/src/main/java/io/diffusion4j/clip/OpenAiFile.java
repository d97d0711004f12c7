package io.diffusion4j.clip;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.nn.Manifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file of OpenAI's CLIP, such as {@code ViT-L-14.pt}, with the parameters under transformers'
 * names: packed projections of attention are split into three, and the two last matrices are
 * transposed.
 *
 * @param origin the origin of the file, for messages
 * @param network the towers
 * @param tensors the tensors with transformers' keys, those of {@code CLIPModel}
 */
public record OpenAiFile(Path origin, ClipNetwork network, TensorSource tensors) {
  /**
   * Reads the shapes.
   *
   * @param file must stay open while this is used
   * @param origin the origin of the file, for messages
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is no CLIP with a vision
   *     transformer
   */
  public static OpenAiFile of(Path origin, TensorSource file) {
    var parameters = file.only(OpenAiClip::isParameter);
    var network = OpenAiClip.ofShapes(origin, parameters);
    var wanted = Manifest.of(network);
    var tensors =
        OpenAiNames.toTransformers(parameters).only(name -> wanted.shapes().containsKey(name));
    wanted.differences(tensors).requireNone(origin);
    return new OpenAiFile(origin, network, tensors);
  }

  /** Returns the tensors of the text tower or of the image tower, in the order of the file. */
  public TensorSource tower(boolean text) {
    return tensors.only(text ? ClipNetwork::isText : ClipNetwork::isVision);
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
          output, model.network(), tokenizer.startId(), tokenizer.endId(), tokenizer.padId());
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
