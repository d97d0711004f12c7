package io.diffusion4j.serving.jobs;

import io.diffusion4j.serving.errors.Errors;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The observers of a job. An observer that throws receives {@link JobObserver#failed} and no
 * further events; the other observers and the drawing thread are not affected. Not thread-safe.
 */
final class JobObservers {
  private static final Logger LOG = LoggerFactory.getLogger(JobObservers.class);

  private final String requestId;
  private final List<JobObserver> observers = new ArrayList<>();

  /** Creates an empty set of observers. */
  JobObservers(String requestId) {
    this.requestId = requestId;
  }

  void add(JobObserver observer) {
    observers.add(observer);
  }

  /** Removes an observer and returns whether it was attached. */
  boolean remove(JobObserver observer) {
    return observers.remove(observer);
  }

  boolean isEmpty() {
    return observers.isEmpty();
  }

  /** Notifies all observers and returns the last exception that one of them threw. */
  Optional<Throwable> inform(Consumer<JobObserver> event) {
    @Nullable Throwable last = null;
    for (JobObserver observer : List.copyOf(observers)) { // one may leave during the call
      try {
        event.accept(observer);
      } catch (Throwable e) {
        last = e;
        dismiss(observer, e);
      }
    }
    return Optional.ofNullable(last);
  }

  /** Notifies all observers of the last event and removes them. */
  void finish(JobEvent event) {
    inform(observer -> observer.event(event));
    observers.clear();
  }

  /** Notifies all observers that the job failed and removes them. */
  void fail(StatusRuntimeException reason) {
    List<JobObserver> all = List.copyOf(observers);
    observers.clear();
    for (JobObserver observer : all) {
      try {
        observer.failed(reason);
      } catch (Throwable e) {
        log(e);
      }
    }
  }

  private void dismiss(JobObserver observer, Throwable fault) {
    log(fault);
    if (observers.remove(observer)) {
      try {
        observer.failed(Errors.failed(fault, requestId));
      } catch (Throwable e) {
        log(e);
      }
    }
  }

  private void log(Throwable fault) {
    LOG.atError()
        .addKeyValue("request_id", requestId)
        .setCause(fault)
        .log("the observer of a job failed");
  }
}
