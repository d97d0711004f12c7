package io.diffusion4j.serving.events;

import com.google.common.collect.ImmutableList;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies all bound listeners. If one throws, the exception is logged and the others continue. */
public final class Listeners implements ServingListener {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final ImmutableList<ServingListener> listeners;

  @Inject
  Listeners(Set<ServingListener> listeners) {
    this.listeners = ImmutableList.copyOf(listeners);
  }

  @Override
  public void callEnded(CallEnd call) {
    inform(listener -> listener.callEnded(call));
  }

  @Override
  public void refused(String reason) {
    inform(listener -> listener.refused(reason));
  }

  @Override
  public void admitted(String principal, double cost) {
    inform(listener -> listener.admitted(principal, cost));
  }

  @Override
  public void queueChanged(int depth) {
    inform(listener -> listener.queueChanged(depth));
  }

  @Override
  public void backlogChanged(Duration backlog) {
    inform(listener -> listener.backlogChanged(backlog));
  }

  @Override
  public void requestBegan(Duration waited) {
    inform(listener -> listener.requestBegan(waited));
  }

  @Override
  public void requestCancelled() {
    inform(ServingListener::requestCancelled);
  }

  @Override
  public void batchBegan(String model, int images) {
    inform(listener -> listener.batchBegan(model, images));
  }

  @Override
  public void batchEnded(String model, int images, BatchEnd end) {
    inform(listener -> listener.batchEnded(model, images, end));
  }

  @Override
  public void stepTaken(String stage, int images, Duration time) {
    inform(listener -> listener.stepTaken(stage, images, time));
  }

  @Override
  public void previewsDropped(int previews) {
    inform(listener -> listener.previewsDropped(previews));
  }

  @Override
  public void filtered(String filter, int images, Duration time) {
    inform(listener -> listener.filtered(filter, images, time));
  }

  @Override
  public void imageRefused(String model, String filter, String concept) {
    inform(listener -> listener.imageRefused(model, filter, concept));
  }

  private void inform(Consumer<ServingListener> event) {
    for (ServingListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException | Error e) {
        LOG.error("a listener failed", e);
      }
    }
  }
}
