package io.diffusion4j.checkpoint.lora;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.TensorInfo;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Weights with low-rank updates added: W + Σ scaleᵢ·sᵢ·Bᵢ·Aᵢ, computed in float32 when a tensor is
 * read. Changed tensors have the type F32, whatever the type of the weights, because small updates
 * would be lost in bfloat16.
 */
public final class MergedTensors implements TensorSource {
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

  private static final String WEIGHT = ".weight";

  private final TensorSource base;
  private final List<ScaledLora> loras;
  private @Nullable Merged last;

  private record Merged(String name, ByteBuffer bytes) {}

  /**
   * Combines weights and updates, and closes both with itself.
   *
   * @throws CheckpointException if an update's layer is missing in the weights, or has another
   *     shape
   */
  public MergedTensors(TensorSource base, List<ScaledLora> loras) {
    this.base = base;
    this.loras = List.copyOf(loras);
    for (ScaledLora scaled : loras) {
      Lora lora = scaled.lora();
      if (lora.layers().size() > Set.copyOf(lora.layers()).size()) {
        throw new CheckpointException(
            lora.path(), "layers: of several networks (expected: those of one)");
      }
      List<String> wrong =
          lora.updates().keySet().stream()
              .filter(layer -> !fits(base, lora, layer))
              .map(Lora.Layer::name)
              .toList();
      if (!wrong.isEmpty()) {
        throw new CheckpointException(
            lora.path(), "layers that the network has not, or of another shape", wrong);
      }
    }
  }

  /** Whether a network has a layer of this name, as wide as its update. */
  static boolean fits(TensorSource network, Lora lora, Lora.Layer layer) {
    if (!network.contains(layer.name() + WEIGHT)) {
      return false;
    }
    Lora.Update update = Objects.requireNonNull(lora.updates().get(layer));
    long[] shape = network.info(layer.name() + WEIGHT).shape();
    long[] a = lora.tensors().info(update.a()).shape();
    long[] b = lora.tensors().info(update.b()).shape();
    return Arrays.equals(shape, new long[] {b[0], a[1]});
  }

  @Override
  public List<String> names() {
    return base.names();
  }

  @Override
  public boolean contains(String name) {
    return base.contains(name);
  }

  @Override
  public TensorInfo info(String name) {
    TensorInfo info = base.info(name);
    return isChanged(name)
        ? new TensorInfo(name, DType.F32, info.shape(), 0, info.size() * DType.F32.bytes())
        : info;
  }

  @Override
  public Map<String, String> metadata() {
    return base.metadata();
  }

  @Override
  public ByteBuffer raw(String name, long offset, int length) {
    return isChanged(name)
        ? merged(name).slice((int) offset, length).order(ByteOrder.LITTLE_ENDIAN)
        : base.raw(name, offset, length);
  }

  private boolean isChanged(String name) {
    return name.endsWith(WEIGHT)
        && loras.stream().anyMatch(scaled -> scaled.lora().update(layer(name)).isPresent());
  }

  private static String layer(String name) {
    return name.substring(0, name.length() - WEIGHT.length());
  }

  /** The last tensor is kept, for callers that read it in parts. */
  private synchronized ByteBuffer merged(String name) {
    if (last == null || !last.name().equals(name)) {
      last = new Merged(name, merge(name));
    }
    return last.bytes();
  }

  private ByteBuffer merge(String name) {
    float[] weight = base.readFloats(name);
    for (ScaledLora scaled : loras) {
      scaled.lora().update(layer(name)).ifPresent(update -> add(weight, scaled, update));
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(weight.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(weight);
    return bytes.asReadOnlyBuffer();
  }

  private static void add(float[] weight, ScaledLora scaled, Lora.Update update) {
    TensorSource tensors = scaled.lora().tensors();
    float[] a = tensors.readFloats(update.a());
    float[] b = tensors.readFloats(update.b());
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

  @Override
  public void close() {
    loras.forEach(scaled -> scaled.lora().close());
    base.close();
  }
}
