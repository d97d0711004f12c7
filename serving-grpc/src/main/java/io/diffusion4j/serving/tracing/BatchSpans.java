package io.diffusion4j.serving.tracing;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import java.time.Instant;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The spans of a batch, one after the other: the work before the first stage, each stage, and
 * {@code encode}, which scores the images and writes the files. Used by the worker that draws the
 * batch.
 */
public final class BatchSpans implements AutoCloseable {
  private final Function<String, SpanBuilder> named;
  private @Nullable Span open;
  private Instant since = Instant.now(); // when the last one ended

  BatchSpans(Function<String, SpanBuilder> named, String first) {
    this.named = named;
    this.open = named.apply(first).startSpan();
  }

  /** A stage has taken so many of its steps. */
  public void at(String stage, int step, int steps) {
    if (step == 0) {
      end();
      open = named.apply(stage).startSpan();
    } else if (step == steps) {
      end();
    }
  }

  /** Does something without stages, which fails as it does. */
  public <T> T of(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      failed(e);
      throw e;
    }
  }

  /** What is being done now fails. */
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

  /** The batch is done. */
  @Override
  public void close() {
    if (open == null) {
      named.apply("encode").setStartTimestamp(since).startSpan().end();
    } else {
      end();
    }
  }
}
