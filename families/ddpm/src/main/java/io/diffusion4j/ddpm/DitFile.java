package io.diffusion4j.ddpm;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.dit.BlockCopies;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.dit.DitConfig.Numerics;
import io.diffusion4j.decoder.dit.OriginalDit;
import io.diffusion4j.nn.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The files of facebookresearch/DiT (Peebles &amp; Xie 2023, table 1). All sizes except the number
 * of heads are read from the tensors; the heads follow from the width.
 */
public final class DitFile {
  /** Heads by width: S, B, L and XL. */
  private static final Map<Long, Integer> HEADS = Map.of(384L, 6, 768L, 12, 1024L, 16, 1152L, 16);

  private DitFile() {}

  /**
   * Writes the folder of a {@code DiTTransformer2DModel} with the time embedding of the original
   * code.
   *
   * @param settings the folder with the {@code config.json} of a network of another width; empty
   *     for one of the published widths
   * @param dtype how floats are stored; empty for float32
   * @param maxShardBytes maximum size of one file of weights
   * @throws CheckpointException if the tensors are not a DiT's
   */
  public static void convert(
      Path file, Optional<Path> settings, Path output, Optional<DType> dtype, long maxShardBytes) {
    try (var checkpoint = Checkpoint.open(file)) {
      var network = settings.map(DitFile::given).orElseGet(() -> recognised(file, checkpoint));
      var weights = OriginalDit.of(checkpoint);
      Network.of(network).requireFits(weights);
      Files.createDirectories(output);
      PixelFolders.writeConfig(output, network);
      var all = BlockCopies.with(weights, network.config().layers());
      var writer = new SafetensorsWriter();
      for (String name : all.names()) {
        writer.floats(name, dtype.orElse(DType.F32), all.shape(name), () -> all.read(name));
      }
      writer.writeSharded(output, Checkpoint.DIFFUSERS, maxShardBytes);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + output + ": " + e.getMessage(), e);
    }
  }

  private static PixelDit given(Path folder) {
    if (PixelFolders.read(folder) instanceof PixelDit dit) {
      return dit;
    }
    throw new CheckpointException(folder, "settings of another network (expected: of a DiT)");
  }

  private static PixelDit recognised(Path file, TensorSource tensors) {
    long[] patches = shape(file, tensors, "x_embedder.proj.weight", 4);
    long[] places = shape(file, tensors, "pos_embed", 3);
    long[] classes = shape(file, tensors, "y_embedder.embedding_table.weight", 2);
    long[] last = shape(file, tensors, "final_layer.linear.weight", 2);
    int patch = Math.toIntExact(patches[2]);
    long width = patches[0];
    Integer heads = HEADS.get(width);
    if (heads == null) {
      throw new CheckpointException(
          file,
          "hidden_size: "
              + width
              + " (expected: one of "
              + HEADS.keySet().stream().sorted().toList()
              + ", or the settings beside it)");
    }
    int layers = 0;
    while (tensors.names().contains("blocks." + layers + ".attn.qkv.weight")) {
      layers++;
    }
    int side = (int) Math.round(Math.sqrt((double) places[1]));
    return new PixelDit(
        new DitConfig(
            side * patch,
            patch,
            Math.toIntExact(patches[1]),
            Math.toIntExact(last[0] / ((long) patch * patch)),
            layers,
            heads,
            Math.toIntExact(width / heads),
            0,
            Numerics.ORIGINAL),
        Math.toIntExact(classes[0] - 1));
  }

  private static long[] shape(Path file, TensorSource tensors, String name, int axes) {
    long[] shape = tensors.names().contains(name) ? tensors.shape(name) : new long[0];
    if (shape.length != axes) {
      throw new CheckpointException(
          file,
          name
              + ": "
              + (shape.length == 0 ? "missing" : shape.length + " axes")
              + " (expected: a DiT's, with "
              + axes
              + " axes)");
    }
    return shape;
  }
}
