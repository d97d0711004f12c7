package io.diffusion4j.mcp;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import reactor.core.publisher.Mono;

/**
 * The sessions of a server, bounded in number and time: the one that was not used for the longest
 * time gives way to a new one, and one that is idle for an hour ends. Thread-safe.
 */
final class McpSessions implements McpStreamableServerTransportProvider {
  /** The largest number of sessions. */
  static final int MAX = 1024;

  /** The time without a request after which a session ends. */
  static final Duration LONGEST_IDLE = Duration.ofHours(1);

  private final Cache<String, Session> sessions;

  @SuppressWarnings("NullAway.Init") // set by the server of the SDK when it is built
  private McpStreamableServerSession.Factory factory;

  /**
   * A session of a principal.
   *
   * @param calls the calls in progress, by the ids of their requests
   */
  record Session(McpStreamableServerSession session, String principal, Map<String, McpCall> calls) {
    /** Stops a call, if it is still in progress. */
    void cancel(String requestId) {
      Optional.ofNullable(calls.remove(requestId)).ifPresent(McpCall::cancel);
    }
  }

  /** Creates an empty set with a clock. */
  McpSessions(Ticker clock) {
    sessions =
        CacheBuilder.newBuilder()
            .ticker(clock)
            .concurrencyLevel(1) // more have a part of the number each
            .maximumSize(MAX)
            .expireAfterAccess(LONGEST_IDLE)
            .build();
  }

  @Override
  public void setSessionFactory(McpStreamableServerSession.Factory sessionFactory) {
    factory = sessionFactory;
  }

  /** Begins a session. */
  McpStreamableServerSessionInit begin(String principal, InitializeRequest request) {
    McpStreamableServerSessionInit begun = factory.startSession(request);
    var session = new Session(begun.session(), principal, new ConcurrentHashMap<>());
    sessions.put(begun.session().getId(), session);
    return begun;
  }

  /** Returns a session of a principal; empty if it has ended, or is another principal's. */
  Optional<Session> get(String principal, String id) {
    return Optional.ofNullable(sessions.getIfPresent(id))
        .filter(session -> session.principal().equals(principal));
  }

  /** Ends a session. */
  void end(String id) {
    sessions.invalidate(id);
  }

  @Override
  public Mono<Void> notifyClients(String method, Object params) {
    return Mono.empty(); // nobody listens between calls
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(sessions::invalidateAll);
  }
}
