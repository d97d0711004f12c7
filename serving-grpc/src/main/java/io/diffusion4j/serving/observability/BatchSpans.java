package io.diffusion4j.serving.observability;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The consecutive spans of one batch: a span for the work before the first stage, one for each
 * stage, and {@code encode} for scoring and encoding the images. Not thread-safe; used only by the
 * worker that draws the batch.
 */
public final class BatchSpans implements AutoCloseable {
  private final Function<String, SpanBuilder> named;
  private @Nullable Span open;
  private Instant since = Instant.now(); // the end of the previous span

  BatchSpans(Function<String, SpanBuilder> named, String first) {
    this.named = named;
    this.open = named.apply(first).startSpan();
  }

  /**
   * Records the progress of a stage: step 0 begins its span, the last step ends it.
   *
   * @param step the number of steps taken, 0 to {@code steps}
   * @param steps the number of steps of the stage
   */
  public void at(String stage, int step, int steps) {
    if (step == 0) {
      end();
      open = named.apply(stage).startSpan();
    } else if (step == steps) {
      end();
    }
  }

  /** Runs work that has no stages and returns its result. An error is recorded and rethrown. */
  public <T> T of(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      failed(e);
      throw e;
    }
  }

  /** Records an error on the open span, or on {@code encode} if no span is open. */
  public void failed(Throwable why) {
    Span failing = open == null ? named.apply("encode").setStartTimestamp(since).startSpan() : open;
    failing.setStatus(StatusCode.ERROR);
    failing.recordException(why);
    open = failing;
  }

  private void end() {
    if (open != null) {
      open.end();
      open = null;
    }
    since = Instant.now();
  }

  /** Ends the last span of the batch. */
  @Override
  public void close() {
    if (open == null) {
      named.apply("encode").setStartTimestamp(since).startSpan().end();
    } else {
      end();
    }
  }
}
