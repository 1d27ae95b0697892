"""The GraphQL documents of the walk at the desk, and the query of it that the demo offers to paste."""

from kurir_api.demo.documents import PROBLEM

REPORT = """
query Report($number: Int!) {
  reports(number: $number, first: 1) { edges { node {
    id number status waitingSince region { name parent { name } }
    possibleDuplicates { id number }
    messages(first: 1) { edges { node { incoming text } } }
  } } }
}
"""

RESOLVE_REPORT = f"""
mutation ResolveReport($input: ResolveReportInput!) {{
  result: resolveReport(input: $input) {{
    __typename
    ... on ReportSuccess {{ report {{ number status }} }}
    {PROBLEM}
  }}
}}
"""

HAND_UP = f"""
mutation HandUp($input: HandUpInput!) {{
  result: handUp(input: $input) {{
    __typename
    ... on HandUpSuccess {{ report {{ number desk {{ name }} }} }}
    {PROBLEM}
  }}
}}
"""

REGISTER_PATIENT = f"""
mutation RegisterPatient($input: RegisterPatientInput!) {{
  result: registerPatient(input: $input) {{
    __typename
    ... on PatientSuccess {{ patient {{ id name maskedNationalId }} }}
    {PROBLEM}
  }}
}}
"""

REFERRAL = "referral { id number status dueAt missingDocuments programme { name } letterUrl }"

REFER = f"""
mutation Refer($input: ReferInput!) {{
  result: refer(input: $input) {{
    __typename
    ... on ReferralSuccess {{ {REFERRAL} }}
    {PROBLEM}
  }}
}}
"""

MOVE_REFERRAL = f"""
mutation MoveReferral($input: MoveReferralInput!) {{
  result: moveReferral(input: $input) {{
    __typename
    ... on ReferralSuccess {{ {REFERRAL} }}
    {PROBLEM}
  }}
}}
"""

CHECK_DOCUMENT = f"""
mutation CheckDocument($input: CheckDocumentInput!) {{
  result: checkDocument(input: $input) {{
    __typename
    ... on ReferralSuccess {{ {REFERRAL} }}
    {PROBLEM}
  }}
}}
"""

ADMIT = f"""
mutation Admit($input: OpenCaseInput!) {{
  result: openCase(input: $input) {{
    __typename
    ... on CaseSuccess {{ case {{
      id number facility {{ name }}
      insurance {{ status rule dueAt minutesLeft }}
      tasks {{ edges {{ node {{ id number urgency endsAt kind {{ name }} }} }} }}
    }} }}
    {PROBLEM}
  }}
}}
"""

PUBLISH_TASK = f"""
mutation PublishTask($input: TaskActionInput!) {{
  result: publishTask(input: $input) {{
    __typename
    ... on TaskSuccess {{ task {{ number status }} }}
    {PROBLEM}
  }}
}}
"""

FAMILY_LINK = f"""
mutation FamilyLink($input: CreateFamilyLinkInput!) {{
  result: createFamilyLink(input: $input) {{
    __typename
    ... on CreateFamilyLinkSuccess {{ url expiresAt }}
    {PROBLEM}
  }}
}}
"""

AFTERWARDS = """
query Afterwards($case: ID!, $task: ID!) {
  case(id: $case) { number insurance { status } }
  task(id: $task) { number status familyWord }
}
"""

AID_LOOKUP = f"""
mutation AidLookup($input: AidLookupInput!) {{
  result: aidLookup(input: $input) {{
    __typename
    ... on AidLookupSuccess {{ found maskedName welfareDecile aid {{ programme {{ code }} }} }}
    {PROBLEM}
  }}
}}
"""

AID_LOOKUPS = """
query AidLookups($first: Int!) {
  aidLookups(first: $first) { edges { node { member { name } at outcome purpose } } }
}
"""

REPEAT_TASK = f"""
mutation RepeatTask($input: RepeatTaskInput!) {{
  result: repeatTask(input: $input) {{
    __typename
    ... on RecurrenceSuccess {{ recurrence {{ rule }} next }}
    {PROBLEM}
  }}
}}
"""

DESK = """\
query Desk {
  reports(waiting: true, first: 5) {
    edges {
      node {
        number channel text waitingSince region { name } regionCandidates { code name parent { name } }
        possibleDuplicates { number }
      }
    }
  }
  referrals(status: [SENT, INFO_REQUESTED, ACCEPTED, IN_PROCESS], first: 5) {
    edges { node { number status dueAt overdue missingDocuments programme { name } patient { name } } }
  }
}"""
