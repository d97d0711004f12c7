package io.diffusion4j.serving;

import com.google.common.collect.ImmutableList;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Set;

/** Tells all that listen. */
final class Listeners implements ServingListener {
  private final ImmutableList<ServingListener> listeners;

  @Inject
  Listeners(Set<ServingListener> listeners) {
    this.listeners = ImmutableList.copyOf(listeners);
  }

  @Override
  public void callEnded(CallEnd call) {
    listeners.forEach(listener -> listener.callEnded(call));
  }

  @Override
  public void queueChanged(int depth) {
    listeners.forEach(listener -> listener.queueChanged(depth));
  }

  @Override
  public void requestBegan(Duration waited) {
    listeners.forEach(listener -> listener.requestBegan(waited));
  }

  @Override
  public void requestCancelled() {
    listeners.forEach(ServingListener::requestCancelled);
  }

  @Override
  public void batchBegan(String model, int images) {
    listeners.forEach(listener -> listener.batchBegan(model, images));
  }

  @Override
  public void batchEnded(String model, int images, BatchEnd end) {
    listeners.forEach(listener -> listener.batchEnded(model, images, end));
  }

  @Override
  public void stepTaken(String stage, int images, Duration time) {
    listeners.forEach(listener -> listener.stepTaken(stage, images, time));
  }

  @Override
  public void previewsDropped(int previews) {
    listeners.forEach(listener -> listener.previewsDropped(previews));
  }
}
