"""The GraphQL documents of the walk, and three of the queries that the demo offers to paste."""

PROBLEM = """
  ... on UserError { code message }
  ... on InvalidInput { fields { path message } }
"""

FIND_FACILITY = """
query FindFacility { facilities(kind: "hospital") { id name } }
"""

SUBMIT_REPORT = f"""
mutation SubmitReport($input: SubmitReportInput!) {{
  result: submitReport(input: $input) {{
    __typename
    ... on ReportSuccess {{ report {{ id status channel text region {{ name parent {{ name }} }} }} }}
    {PROBLEM}
  }}
}}
"""

OPEN_CASE = f"""
mutation OpenCase($input: OpenCaseInput!) {{
  result: openCase(input: $input) {{
    __typename
    ... on CaseSuccess {{
      warnings
      case {{
        id number status
        patient {{ name maskedNationalId region {{ name }} }}
        facility {{ name }}
        tasks {{ edges {{ node {{ number status kind {{ name }} }} }} }}
      }}
    }}
    {PROBLEM}
  }}
}}
"""

CREATE_TASK = f"""
mutation CreateTask($input: CreateTaskInput!) {{
  result: createTask(input: $input) {{
    __typename
    ... on TaskSuccess {{ task {{
      id number status urgency startsAt endsAt slots kind {{ name }} area {{ name }} case {{ id }}
    }} }}
    {PROBLEM}
  }}
}}
"""

CANDIDATES = """
query Candidates($task: ID!, $first: Int!) {
  task(id: $task) { candidates(first: $first) { rank distanceM eligible explanation member { name } } }
}
"""

WAVES = """
query Waves($task: ID!) {
  task(id: $task) {
    status
    alarms { reason }
    waves { number status dueAt alerts { rank distanceM status member { id name } } }
  }
}
"""

INBOX = """
query Inbox { myNotifications(first: 5) { edges { node { title body task { id } } } } }
"""

CLAIM_TASK = f"""
mutation ClaimTask($input: ClaimTaskInput!) {{
  result: claimTask(input: $input) {{
    __typename
    ... on ClaimTaskSuccess {{ claim {{ id status member {{ name }} organization {{ name }} }} }}
    {PROBLEM}
  }}
}}
"""

HELD_TASK = """
query HeldTask($task: ID!) {
  task(id: $task) { instructions address destination { name } case { patient { name diagnosis } } }
}
"""


def claim_action(mutation: str) -> str:
    """The document of startClaim, completeClaim and the like."""
    return f"""
mutation Act($input: ClaimActionInput!) {{
  result: {mutation}(input: $input) {{
    __typename
    ... on ClaimActionSuccess {{ claim {{ id status task {{ status }} }} }}
    {PROBLEM}
  }}
}}
"""


LOG_COST = f"""
mutation LogCost($input: LogCostInput!) {{
  result: logCost(input: $input) {{
    __typename
    ... on CostSuccess {{ cost {{
      id category amount status flags organization {{ id name }} receipts {{ contentType url thumbnailUrl }}
    }} }}
    {PROBLEM}
  }}
}}
"""

REVIEW_COST = f"""
mutation ReviewCost($input: ReviewCostInput!) {{
  result: reviewCost(input: $input) {{
    __typename
    ... on CostSuccess {{ cost {{ status shares {{ organization {{ name }} amount }} }} }}
    {PROBLEM}
  }}
}}
"""

ESTIMATE_NEED = f"""
mutation EstimateNeed($input: EstimateNeedInput!) {{
  result: estimateNeed(input: $input) {{
    __typename
    ... on NeedSuccess {{ need {{ id amount }} }}
    {PROBLEM}
  }}
}}
"""

PLEDGE = f"""
mutation Pledge($input: PledgeInput!) {{
  result: pledge(input: $input) {{
    __typename
    ... on PledgeSuccess {{ pledge {{ amount organization {{ name }} }} remaining }}
    {PROBLEM}
  }}
}}
"""

FIND_ORGANIZATION = """
query FindOrganization($name: String!) { organizations(search: $name, first: 1) { edges { node { id } } } }
"""

NEEDS = """
query Needs { needs(open: true, first: 20) { edges { node { id remaining kind { name } region { name } } } } }
"""

STATEMENT = """
query Statement($partner: ID!, $period: PeriodInput!) {
  node(id: $partner) {
    ... on Organization {
      name
      contributions(period: $period) {
        totals { tasksCompleted beneficiaries minutes distanceM cost inKind }
        xlsxUrl pdfUrl
      }
    }
  }
}
"""

VERIFY_TASK = f"""
mutation VerifyTask($input: TaskActionInput!) {{
  result: verifyTask(input: $input) {{
    __typename
    ... on TaskSuccess {{ task {{ number status }} }}
    {PROBLEM}
  }}
}}
"""

CASE = """
query Case($case: ID!) {
  case(id: $case) {
    number status costTotal
    timeline(first: 50) { edges { node { at action summary actor { name } } } }
  }
}
"""

NEARBY = """\
query NearMe {
  me { name available memberships { role organization { name } } capabilities { code validUntil } }
  nearbyTasks(first: 5) {
    edges {
      distanceM
      node {
        number title urgency startsAt openSlots area { name parent { name } }
        viewerEligibility { eligible reasons }
      }
    }
  }
}"""

BOARD = """\
query Board {
  tasks(status: [OPEN, FILLED, IN_PROGRESS], first: 5) {
    edges {
      node {
        number title status urgency openSlots
        claims { status member { name } }
        candidates(first: 5) { rank distanceM eligible explanation member { name } }
      }
    }
  }
}"""

CASES = """\
query Cases {
  cases(first: 5) {
    edges { node { number status phase patient { name region { name } } facility { name } costTotal } }
  }
  reports(status: [RECEIVED], first: 5) { edges { node { channel text receivedAt region { name } } } }
}"""
