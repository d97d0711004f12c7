package io.diffusion4j.mcp;

import com.google.common.base.Ticker;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Mono;

/**
 * The sessions of a server, bounded in number and time: a new session of a principal displaces the
 * one that it did not use for the longest time, and a session that is idle for an hour ends.
 * Thread-safe.
 */
final class McpSessions implements McpStreamableServerTransportProvider {
  /** The largest number of sessions. */
  static final int MAX = 1024;

  /** The largest number of sessions of one principal. */
  static final int MAX_OF_ONE = 32;

  /** The time without a request after which a session ends. */
  static final Duration LONGEST_IDLE = Duration.ofHours(1);

  private final Ticker clock;
  private final PrincipalShares<Session> sessions = new PrincipalShares<>(MAX, MAX_OF_ONE);

  @SuppressWarnings("NullAway.Init") // set by the server of the SDK when it is built
  private McpStreamableServerSession.Factory factory;

  /**
   * A session of a principal.
   *
   * @param calls the calls in progress, by the ids of their requests
   * @param used the time of the last request, in nanoseconds
   */
  record Session(McpStreamableServerSession session, Map<String, McpCall> calls, AtomicLong used) {
    /** Stops a call, if it is still in progress. */
    void cancel(String requestId) {
      Optional.ofNullable(calls.remove(requestId)).ifPresent(McpCall::cancel);
    }
  }

  /** Creates an empty set with a clock. */
  McpSessions(Ticker clock) {
    this.clock = clock;
  }

  @Override
  public void setSessionFactory(McpStreamableServerSession.Factory sessionFactory) {
    factory = sessionFactory;
  }

  /** Begins a session. */
  McpStreamableServerSessionInit begin(String principal, InitializeRequest request) {
    McpStreamableServerSessionInit begun = factory.startSession(request);
    var session =
        new Session(begun.session(), new ConcurrentHashMap<>(), new AtomicLong(clock.read()));
    sessions.removeIf(this::isIdle);
    sessions.put(principal, begun.session().getId(), session, 1);
    return begun;
  }

  /** Returns a session of a principal; empty if it has ended, or is another principal's. */
  Optional<Session> get(String principal, String id) {
    Optional<Session> session = sessions.get(principal, id).filter(known -> !isIdle(known));
    session.ifPresent(known -> known.used().set(clock.read()));
    return session;
  }

  private boolean isIdle(Session session) {
    return clock.read() - session.used().get() > LONGEST_IDLE.toNanos();
  }

  /** Ends a session. */
  void end(String id) {
    sessions.remove(id);
  }

  @Override
  public Mono<Void> notifyClients(String method, Object params) {
    return Mono.empty(); // nobody listens between calls
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(() -> sessions.removeIf(session -> true));
  }
}
