/** The user of topologies without authentication, whom all their clients share. */
export const ANONYMOUS = 'anonymous'
