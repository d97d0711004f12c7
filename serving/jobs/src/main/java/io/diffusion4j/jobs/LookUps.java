package io.diffusion4j.jobs;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Looks up the addresses of receivers. A name server that does not answer holds up only the owner
 * who named it: an owner has a few threads, and each look-up a time limit. Thread-safe.
 */
final class LookUps {
  private final Names names;
  private final boolean privateAddresses;
  private final int mostOfAnOwner;
  private final Duration longest;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          new ThreadFactoryBuilder().setNameFormat("webhook-names-%d").setDaemon(true).build());
  private final Map<String, Integer> running = new HashMap<>(); // by owner

  /** Looks the addresses of a name up. */
  interface Names {
    InetAddress[] addresses(String name) throws UnknownHostException;
  }

  /**
   * Creates look-ups.
   *
   * @param privateAddresses whether names may have addresses that are not public
   * @param mostOfAnOwner how many look-ups of one owner run at once, those beyond their time too
   * @param longest the time limit of a look-up
   */
  LookUps(Names names, boolean privateAddresses, int mostOfAnOwner, Duration longest) {
    this.names = names;
    this.privateAddresses = privateAddresses;
    this.mostOfAnOwner = mostOfAnOwner;
    this.longest = longest;
  }

  /**
   * Looks up an address. The connection must be made to this very address, so that a name that
   * changes afterwards gains nothing.
   *
   * @return the address, or the exception that there is none, or that one of them is not public
   */
  CompletableFuture<InetAddress> address(String owner, String name) {
    synchronized (running) {
      if (running.getOrDefault(owner, 0) >= mostOfAnOwner) {
        return CompletableFuture.failedFuture(
            new UnknownHostException(name + " (expected: name servers that answer)"));
      }
      running.merge(owner, 1, Integer::sum);
    }
    var address = new CompletableFuture<InetAddress>();
    threads.execute(
        () -> {
          try {
            address.complete(checked(name));
          } catch (UnknownHostException | RuntimeException e) {
            address.completeExceptionally(e);
          } finally {
            synchronized (running) {
              running.computeIfPresent(
                  owner, (o, now) -> now > 1 ? Integer.valueOf(now - 1) : null);
            }
          }
        });
    return address.orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  private InetAddress checked(String name) throws UnknownHostException {
    List<InetAddress> all = List.of(names.addresses(name));
    if (!privateAddresses && all.stream().anyMatch(PublicAddresses::isPrivate)) {
      throw new UnknownHostException(name + " (expected: a name of public addresses only)");
    }
    return all.get(0);
  }
}
