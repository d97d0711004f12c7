package io.diffusion4j.unclip.training;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorTransformer;
import io.diffusion4j.training.ComponentRun;
import io.diffusion4j.training.Distillable;
import io.diffusion4j.training.Distillation;
import io.diffusion4j.training.NetworkDistiller;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The diffusion prior of a model that is distilled, with the captions that it draws.
 *
 * @param folder of its network
 * @param scheduler the scheduler beside it
 * @param images the embeddings of pictures
 * @param texts the caption of each numbered noise
 * @param empty the text that guidance leads away from
 */
public record PriorTeacher(
    Path folder,
    SchedulerConfig scheduler,
    Distillable.Encoding images,
    List<TextEncoding> texts,
    TextEncoding empty) {
  /** The size of the pictures that CLIP embeds after scaling them to its own. */
  private static final int PICTURES = 256;

  /**
   * Encodes the captions of a distillation.
   *
   * @param images makes embeddings of pictures, as CLIP gives them
   */
  public static PriorTeacher of(
      Path folder,
      SchedulerConfig scheduler,
      TextEncoder encoder,
      Supplier<Distillable.Encoder> images,
      Distillation how) {
    return new PriorTeacher(
        folder,
        scheduler,
        new Distillable.Encoding(PICTURES, images),
        how.texts(encoder),
        encoder.encode(List.of("")).get(0));
  }

  /** Returns the network to distil. */
  public Distillable<TextEncoding> network(Distillable.Defaults defaults) {
    var config = PriorModel.readConfig(folder);
    var standardization = PriorModel.readStandardization(folder);
    return new Distillable<>(
        Prior.STAGE,
        new PriorTransformer(config),
        () -> ComponentRun.weights(folder, Checkpoint.DIFFUSERS).only(PriorModel::isParameter),
        Optional.empty(),
        scheduler,
        t -> TimeEmbedding.sinusoid(t, config.width()),
        PriorModel::feed,
        config.embeddingDim(),
        images.then(standardization::apply),
        texts,
        Optional.of(empty),
        Optional.empty(),
        defaults);
  }

  /** Returns the embeddings that it draws of the captions. */
  public List<float[]> embeddings(NetworkDistiller<TextEncoding> distiller) {
    var standardization = PriorModel.readStandardization(folder);
    return distiller.samples().stream().map(standardization::restore).toList();
  }

  /** Writes the network of a student. */
  public void write(Path to, TensorSource weights, Map<String, String> notes) {
    PriorModel.write(
        to, PriorModel.readConfig(folder), weights, PriorModel.readStandardization(folder), notes);
  }
}
