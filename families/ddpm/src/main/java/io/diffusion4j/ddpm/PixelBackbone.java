package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.unet.UnetConfig.Labels;
import io.diffusion4j.decoder.unet.UnetNetwork;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Sinusoid;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A network that denoises pixels, optionally conditioned on a class: a U-Net, a DiT, a U-ViT or the
 * layers of a plugin. Its outputs are the prediction and, where the variance is learned, its
 * interpolation.
 */
public sealed interface PixelBackbone extends NetworkDefinition
    permits PixelNetwork, PixelDit, PixelUvit, PixelPlugin {
  /** The input of the class. */
  String LABEL = UnetNetwork.LABEL;

  /** Returns the height of the images, in pixels. */
  int height();

  /** Returns the width of the images, in pixels. */
  int width();

  /** Returns the channels of the images. */
  int channels();

  /** Returns the number of tokens by which a scheduler shifts: patches, or pixels. */
  default int tokens() {
    return height() * width();
  }

  /** Whether steps can reuse deep features, as those of U-Nets can. */
  default boolean canReuse() {
    return false;
  }

  /** Returns the folder of the network in a pipeline. */
  default String folder() {
    return DdpmFolder.UNET;
  }

  /** Returns the class of a pipeline of the network. */
  default String pipeline() {
    return DdpmFolder.DDPM;
  }

  /**
   * Returns normally if the network can learn from pictures of a data set.
   *
   * @throws IllegalArgumentException if its images are not square ones of three colours
   */
  default void requirePictures() {
    Check.that(
        height() == width() && channels() == 3,
        "sample_size",
        height() + "×" + width() + "×" + channels(),
        "square colour pictures");
  }

  /** Returns the classes of the network. */
  Labels labels();

  /** Returns the same network with other classes. */
  PixelBackbone withLabels(Labels other);

  /**
   * Returns the form of the time input; empty if it is a row of a learned table, as one-hot values.
   */
  Optional<Sinusoid> sinusoid();

  /** Returns the value of the time input at a timestep. */
  default float[] embedded(double t) {
    return sinusoid().orElseThrow().at(t);
  }

  /**
   * Feeds the classes.
   *
   * @throws IllegalArgumentException for a label of another kind than the network's
   */
  default void feed(Batch batch, List<PixelLabel> labels) {
    var known = labels();
    if (known.kind() == Labels.Kind.TABLE) {
      batch.ints(LABEL, labels.stream().mapToInt(label -> label.row(known)).toArray());
      return;
    }
    for (var label : labels) {
      Check.that(label instanceof PixelLabel.None, "label", label, "none; there are no classes");
    }
  }

  /** Returns the expected weights of a folder, under the folder's names. */
  default Manifest manifest() {
    return Manifest.of(this);
  }

  /** Returns the weights of a folder under the network's own names. */
  default TensorSource fromFolder(TensorSource stored) {
    return stored;
  }

  /** Returns the network's weights under the names of a folder. */
  default TensorSource toFolder(TensorSource weights) {
    return weights;
  }

  /** Writes the settings into a file of a folder. */
  void writeSettings(Path file);

  /** Returns the entry in the index of a model. */
  ModelFolder.Component component();
}
