package io.diffusion4j.onednn.exact;

import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.exact.Products;
import io.diffusion4j.onednn.core.DataType;
import io.diffusion4j.onednn.core.Natives;
import java.util.Optional;

/**
 * oneDNN, for exact products: of 8-bit integers where the processor adds them in 32 bits, else of
 * floats.
 *
 * <p>It is registered for {@link java.util.ServiceLoader}.
 */
public final class OneDnnLibrary implements Products.Library {
  private static final System.Logger LOG = System.getLogger(OneDnnLibrary.class.getName());

  /** Creates the library; it is loaded at its first use. */
  public OneDnnLibrary() {}

  @Override
  public Optional<Products> open(int threads) {
    try {
      Natives.get();
    } catch (LinkageError | RuntimeException e) {
      LOG.log(System.Logger.Level.INFO, "exact products are in Java: {0}", e.getMessage());
      return Optional.empty();
    }
    var type = Natives.fast(Precision.EXACT) ? DataType.INT8 : DataType.FLOAT32;
    return Optional.of(new OneDnnProducts(threads, type));
  }
}
