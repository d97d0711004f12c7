package io.diffusion4j.tf.train;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.tf.Sessions;
import io.diffusion4j.tf.graph.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.summary.SummaryWriter;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * Writes event files that TensorBoard reads: numbers and pictures by step. Owned by one thread. If
 * the file system fails, any method throws {@link UncheckedIOException}.
 */
public final class EventWriter implements AutoCloseable {
  private final Path folder;
  private final Graph graph = new Graph();
  private final Session session;
  private final Operand<TInt64> step;
  private final Operand<TString> tag;
  private final Operand<TFloat32> value;
  private final Operand<TFloat32> pixels;
  private final Op writeScalar;
  private final Op writeImage;
  private final Op close;

  /** Writes into a folder, which is created if it does not exist. */
  public EventWriter(Path folder) {
    this.folder = folder;
    var tf = Ops.create(graph);
    step = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    tag = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    value = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    pixels = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(1, -1, -1, 3)));
    var writer = tf.summary.summaryWriter(SummaryWriter.sharedName(folder.toString()));
    var open =
        tf.summary.createSummaryFileWriter(
            writer,
            tf.constant(folder.toString()),
            tf.constant(100), // number of buffered events
            tf.constant(10_000), // milliseconds for which events are buffered
            tf.constant(""));
    writeScalar = tf.summary.writeScalarSummary(writer, step, tag, value);
    var grey = tf.constant(new int[] {127, 127, 127});
    writeImage =
        tf.summary.writeImageSummary(
            writer, step, tag, pixels, tf.dtypes.cast(grey, org.tensorflow.types.TUint8.class));
    close = tf.summary.closeSummaryWriter(writer);
    session = Sessions.open(graph);
    try {
      run(session.runner().addTarget(open));
    } catch (UncheckedIOException e) {
      release();
      throw e;
    }
  }

  /** For a full disk, TensorFlow throws its own exception with a message of many lines. */
  private void run(Session.Runner runner) {
    try {
      runner.run().close();
    } catch (TensorFlowException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new UncheckedIOException(
          "cannot write to " + folder + ": " + reason, new IOException(e));
    }
  }

  private void release() {
    session.close();
    graph.close();
  }

  /** Writes a number, such as the loss. */
  public void scalar(String name, long atStep, double number) {
    try (var s = TInt64.scalarOf(atStep);
        var t = TString.scalarOf(name);
        var v = TFloat32.scalarOf((float) number)) {
      run(session.runner().feed(step, s).feed(tag, t).feed(value, v).addTarget(writeScalar));
    }
  }

  /** Writes a picture, such as a sample of the model. */
  public void image(String name, long atStep, Image image) {
    float[] unit = image.pixels().clone();
    for (int i = 0; i < unit.length; i++) {
      unit[i] = Math.min(1, Math.max(0, unit[i] * 0.5f + 0.5f));
    }
    try (var s = TInt64.scalarOf(atStep);
        var t = TString.scalarOf(name);
        var v = Tensors.of(unit, 1, image.height(), image.width(), 3)) {
      run(session.runner().feed(step, s).feed(tag, t).feed(pixels, v).addTarget(writeImage));
    }
  }

  @Override
  public void close() {
    try {
      run(session.runner().addTarget(close));
    } finally {
      release();
    }
  }
}
