package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Weights with low-rank updates added: W + Σ scaleᵢ·sᵢ·Bᵢ·Aᵢ, computed in float32 when a tensor is
 * read. Changed tensors have the type F32, whatever the type of the weights, because small updates
 * would be lost in bfloat16.
 */
public final class MergedTensors {
  /**
   * Updates with a scale.
   *
   * @param scale 1 as they were trained; 0 is no update, and a negative scale reverses them
   */
  public record ScaledLora(Lora lora, double scale) {
    public ScaledLora {
      Check.that(Double.isFinite(scale), "scale", scale, "a finite number");
    }
  }

  private MergedTensors() {}

  /**
   * Combines weights and updates, and closes both with the result.
   *
   * @throws CheckpointException if an update's layer is missing in the weights, has another shape,
   *     or has updates under several names in one file
   */
  public static TensorMap of(TensorSource base, List<ScaledLora> updates) {
    var names = new LayerNames(base);
    List<ScaledLora> loras =
        updates.stream()
            .map(scaled -> new ScaledLora(scaled.lora().named(names), scaled.scale()))
            .toList();
    Set<String> changed = new HashSet<>();
    for (ScaledLora scaled : loras) {
      Lora lora = scaled.lora();
      List<String> wrong =
          lora.updates().keySet().stream()
              .filter(layer -> !fits(base, names, lora, layer))
              .map(Lora.Layer::name)
              .toList();
      if (!wrong.isEmpty()) {
        throw new CheckpointException(
            lora.path(), "layers that the network has not, or of another shape", wrong);
      }
      lora.layers().forEach(layer -> changed.add(layer + LayerNames.WEIGHT));
    }
    var all = new TensorMap(Path.of(base.origin()), base.metadata());
    for (String name : base.names()) {
      if (changed.contains(name)) {
        all.put(name, base.shape(name), () -> merge(base, name, loras));
      } else {
        all.as(name, base, name);
      }
    }
    return all.closing(
        () -> {
          loras.forEach(scaled -> scaled.lora().close());
          base.close();
        });
  }

  /** Whether a network has a layer of this name, as wide as its update. */
  static boolean fits(TensorSource network, LayerNames names, Lora lora, Lora.Layer layer) {
    Lora.Update update = Objects.requireNonNull(lora.updates().get(layer));
    long[] product = lora.tensors().info(update.a()).shape();
    product[0] = lora.tensors().info(update.b()).shape()[0];
    return names
        .of(layer)
        .map(name -> network.info(name + LayerNames.WEIGHT).shape())
        .filter(shape -> Arrays.equals(matrix(shape), matrix(product)))
        .isPresent();
  }

  /** Returns the shape of a convolution of 1×1 as that of its matrix; others as they are. */
  static long[] matrix(long[] shape) {
    return shape.length == 4 && shape[2] == 1 && shape[3] == 1
        ? Arrays.copyOf(shape, 2)
        : shape.clone();
  }

  private static float[] merge(TensorSource base, String name, List<ScaledLora> loras) {
    String layer = name.substring(0, name.length() - LayerNames.WEIGHT.length());
    float[] weight = base.read(name).clone();
    for (ScaledLora scaled : loras) {
      scaled.lora().update(layer).ifPresent(update -> add(weight, scaled, update));
    }
    return weight;
  }

  private static void add(float[] weight, ScaledLora scaled, Lora.Update update) {
    TensorSource tensors = scaled.lora().tensors();
    float[] a = tensors.read(update.a());
    float[] b = tensors.read(update.b());
    int rank = (int) tensors.info(update.a()).shape()[0];
    int in = a.length / rank;
    int out = b.length / rank;
    double scale = scaled.scale() * update.factor();
    for (int i = 0; i < out; i++) {
      for (int r = 0; r < rank; r++) {
        float factor = (float) (scale * b[i * rank + r]);
        for (int j = 0; j < in; j++) {
          weight[i * in + j] += factor * a[r * in + j];
        }
      }
    }
  }
}
