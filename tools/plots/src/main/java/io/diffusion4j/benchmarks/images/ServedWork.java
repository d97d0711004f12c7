package io.diffusion4j.benchmarks.images;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs client workloads against a server and measures their time. */
record ServedWork(
    Supplier<GenerationClient> clients, Supplier<GenerateImagesRequest.Builder> request) {

  /** The cost of a workload. */
  record Took(double seconds, double processorSeconds) {}

  /**
   * Measures the time until this many callers, each requesting one image at a time, have this many
   * images in total.
   */
  Took take(int callers, int images) {
    List<GenerationClient> connected = new ArrayList<>();
    try {
      for (int i = 0; i < callers; i++) {
        GenerationClient client = clients.get();
        connected.add(client);
        var unused = client.models(); // so that the connection is not measured
      }
      var taken = new AtomicInteger();
      Duration processor = processorTime();
      long start = System.nanoTime();
      inParallel(
          connected,
          client -> {
            while (taken.getAndIncrement() < images) {
              client.generate(request.get().build());
            }
          });
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Took(seconds, processorTime().minus(processor).toNanos() / 1e9);
    } finally {
      connected.forEach(GenerationClient::close);
    }
  }

  private static Duration processorTime() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
  }

  /** Measures the latency of this many sequential requests, in milliseconds. */
  double[] latencies(int requests) {
    double[] millis = new double[requests];
    try (var client = clients.get()) {
      for (int i = 0; i < requests; i++) {
        millis[i] = millis(client);
      }
    }
    return millis;
  }

  /**
   * Measures the latency while a request for this many images is running, for as long as it runs.
   */
  double[] latenciesBeside(int images) {
    List<Double> millis = new ArrayList<>();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (var client = clients.get();
        var large = clients.get()) {
      Future<?> job =
          other.submit(() -> large.generate(request.get().setImageCount(images).build()));
      while (!job.isDone()) {
        double took = millis(client);
        if (!job.isDone()) { // otherwise the last one ran alone
          millis.add(took);
        }
      }
      await(job);
    } finally {
      other.shutdownNow();
    }
    if (millis.isEmpty()) {
      throw new IllegalStateException("a job of " + images + " images was over before one of one");
    }
    return millis.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private double millis(GenerationClient client) {
    long start = System.nanoTime();
    client.generate(request.get().build());
    return (System.nanoTime() - start) / 1e6;
  }

  private static void inParallel(List<GenerationClient> clients, Consumer<GenerationClient> work) {
    ExecutorService pool = Executors.newFixedThreadPool(clients.size());
    try {
      List<Future<?>> all = new ArrayList<>();
      for (GenerationClient client : clients) {
        all.add(pool.submit(() -> work.accept(client)));
      }
      all.forEach(ServedWork::await);
    } finally {
      pool.shutdownNow();
    }
  }

  private static void await(Future<?> work) {
    try {
      work.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a request failed: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a server was measured", e);
    }
  }
}
